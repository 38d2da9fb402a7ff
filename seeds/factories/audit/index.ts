import { auditLogFactory } from './audit-log.factory';

export const audit = [auditLogFactory] as const;
