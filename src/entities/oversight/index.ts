export { Escalation } from './escalation.entity';
export { KpiMetric } from './kpi-metric.entity';
