import { IsISO8601, Matches } from 'class-validator';
import { Column, Entity, Unique } from 'typeorm';
import { Double, Enumeration, Retention, Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey } from '../columns';
import { type Platform, PLATFORMS } from '../social/enumerations';
import { METRIC_TYPES, type MetricType } from './enumerations';

/**
 * How we did on a day, on a platform, by a metric. Written by the nightly reckoning. (003)
 */
@Entity('kpi_metrics')
@BackendOnly()
@Unique(['date', 'platform', 'metricType', 'metricName'])
@Retention({ by: 'date', keep: '2 years', archive: 'csv', per: 'quarter' })
export class KpiMetric {
  @PrimaryKey() id: string;

  /** The day, in UTC: '2025-11-21'. */
  @Matches(/^\d{4}-\d{2}-\d{2}$/)
  @IsISO8601({ strict: true })
  @Column({ type: 'date' })
  date: string;

  /** The platform. */
  @Enumeration(PLATFORMS) platform: Platform;

  /** What the metric speaks of. */
  @Enumeration(METRIC_TYPES) metricType: MetricType;

  /** The metric: 'reply_rate', 'click_through_rate' … */
  @Text({ notEmpty: true }) metricName: string;

  /** Its value, in the unit that its name says. */
  @Double() value: number;

  @CreatedAt() createdAt: Date;
}
