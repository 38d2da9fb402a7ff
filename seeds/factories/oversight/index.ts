import { escalationFactory } from './escalation.factory';
import { kpiMetricFactory } from './kpi-metric.factory';

export const oversight = [escalationFactory, kpiMetricFactory] as const;
