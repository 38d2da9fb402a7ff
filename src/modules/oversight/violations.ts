import { ConflictError } from '../../http/errors/domain-errors';
import { declareViolations, means } from '../../http/errors/violations';

export class MetricAlreadyRecordedError extends ConflictError {}

declareViolations('oversight', {
  uq_kpi_metrics_date_platform_metric_type_metric_name: means(
    MetricAlreadyRecordedError,
    'The metric is already recorded for this day and platform.',
  ),
});
