import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { isISO8601 } from 'class-validator';
import { Between, type Repository } from 'typeorm';
import { wellFormed } from '../../database/well-formed';
import { KpiMetric } from '../../entities';
import { InvalidInputError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A metric of a platform. */
export type Metric = Pick<KpiMetric, 'platform' | 'metricType' | 'metricName'>;

/** A metric's value on a day. */
export type Reading = Metric & Pick<KpiMetric, 'date' | 'value'>;

/** Readings per statement: PostgreSQL allows 65,535 parameters, and a reading has six columns. */
const BATCH_SIZE = 5000;

/** Daily performance metrics (003). */
@Injectable()
export class KpiService {
  constructor(@InjectRepository(KpiMetric) private readonly metrics: Repository<KpiMetric>) {}

  /**
   * Records readings, all or none. A reading replaces an earlier one of the same metric and day, so a calculation can be
   * repeated. If the list has several, the last one counts.
   *
   * @throws InvalidInputError if a reading breaks a rule of the entity
   */
  async record(readings: readonly Reading[]): Promise<void> {
    // Copies, because TypeORM writes generated values into them. Keys must be equal here if they are equal in the database.
    const copies = readings.map((reading) => wellFormed({ ...reading }));
    const last = [...new Map(copies.map((reading) => [keyOf(reading), reading])).values()];
    // Always in the same order, so that concurrent calls can't deadlock.
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
   * A metric's values from one day to another, both included, ordered by day. Days without a value are left out.
   *
   * @param from a day in UTC, such as '2025-11-21'
   * @throws InvalidInputError if a day is invalid, or the last is before the first
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
