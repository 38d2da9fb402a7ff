import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isISO8601 } from 'class-validator';
import { Between, type Repository } from 'typeorm';
import { wellFormed } from '../../database/well-formed';
import { KpiMetric } from '../../entities';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A metric of a platform, whatever the day. */
export type Metric = Pick<KpiMetric, 'platform' | 'metricType' | 'metricName'>;

/** A metric's value on a day. */
export type Reading = Metric & Pick<KpiMetric, 'date' | 'value'>;

/** How many readings one statement writes: PostgreSQL takes 65,535 parameters, and a reading has six columns. */
const BATCH_SIZE = 5000;

/** How we do, day by day (003). */
@Injectable()
export class KpiService {
  constructor(@InjectRepository(KpiMetric) private readonly metrics: Repository<KpiMetric>) {}

  /**
   * Records readings, all or none. A day's metric that is recorded already gets the new value, so that a reckoning may be
   * repeated; of two readings of one metric and day the later in the list counts.
   *
   * @throws InvalidInputError where a reading breaks a rule of the entity
   */
  async record(readings: readonly Reading[]): Promise<void> {
    // Copies: TypeORM would write into them what the database adds. What is one key in the database has to be one here.
    const copies = readings.map((reading) => wellFormed({ ...reading }));
    const last = [...new Map(copies.map((reading) => [keyOf(reading), reading])).values()];
    // In one order, so that two reckonings at once wait for each other and don't lock each other out.
    last.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    await this.metrics.manager
      .transaction(async (manager) => {
        for (let from = 0; from < last.length; from += BATCH_SIZE) {
          await manager.upsert(KpiMetric, last.slice(from, from + BATCH_SIZE), [
            'date',
            'platform',
            'metricType',
            'metricName',
          ]);
        }
      })
      .catch(throwDomainError);
  }

  /**
   * A metric's values from a day to another, both included, by day. Days without one are missing.
   *
   * @param from in UTC, as '2025-11-21'
   * @throws InvalidInputError where a day is none, or the last is before the first
   */
  async series(metric: Metric, from: string, to: string): Promise<Pick<Reading, 'date' | 'value'>[]> {
    if (![from, to].every((day) => /^\d{4}-\d\d-\d\d$/.test(day) && isISO8601(day, { strict: true })) || to < from)
      throw new InvalidInputError(
        'Invalid period: give the first and the last day as YYYY-MM-DD, the last not before the first.',
      );
    const { platform, metricType, metricName } = metric;
    return this.metrics
      .find({
        select: { date: true, value: true },
        where: { date: Between(from, to), platform, metricType, metricName },
        order: { date: 'ASC' },
      })
      .catch(throwDomainError);
  }
}

function keyOf({ date, platform, metricType, metricName }: Reading): string {
  return JSON.stringify([date, platform, metricType, metricName]);
}
