import { Module } from '@nestjs/common';
import { AuditTrail } from './audit-trail.subscriber';

@Module({ providers: [AuditTrail] })
export class AuditModule {}
