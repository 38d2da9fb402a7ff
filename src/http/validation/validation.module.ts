import { Module } from '@nestjs/common';
import { EntityRules } from './entity-rules.subscriber';

@Module({ providers: [EntityRules] })
export class ValidationModule {}
