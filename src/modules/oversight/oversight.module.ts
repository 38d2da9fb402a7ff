import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Escalation, KpiMetric } from '../../entities';
import { EscalationsService } from './escalations.service';
import { KpiService } from './kpi.service';
import './violations';

@Module({
  imports: [TypeOrmModule.forFeature([Escalation, KpiMetric])],
  providers: [EscalationsService, KpiService],
  exports: [EscalationsService, KpiService],
})
export class OversightModule {}
