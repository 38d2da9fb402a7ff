export { AuditLog } from './audit-log.entity';
