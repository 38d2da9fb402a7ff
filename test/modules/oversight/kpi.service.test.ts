import type { TestingModule } from '@nestjs/testing';
import { KpiMetric } from '../../../src/entities';
import { InvalidInputError } from '../../../src/http/errors/domain-errors';
import { KpiService, type Metric, type Reading } from '../../../src/modules/oversight/kpi.service';
import { OversightModule } from '../../../src/modules/oversight/oversight.module';
import { describeOnServer, migratedDatabase, type TestDatabase } from '../../databases';
import { databaseWith } from '../million';
import { plansOf } from '../plans';
import { moduleOn } from '../../module-on';

const REPLY_RATE: Metric = { platform: 'TWITTER', metricType: 'ENGAGEMENT', metricName: 'reply_rate' };

function reading(date: string, value: number, metric: Partial<Metric> = {}): Reading {
  return { ...REPLY_RATE, ...metric, date, value };
}

let database: TestDatabase;
let app: TestingModule;
let kpi: KpiService;

beforeAll(async () => {
  database = await migratedDatabase();
  app = await moduleOn(database, OversightModule);
  kpi = app.get(KpiService);
});

afterEach(async () => {
  await (await database.dataSource()).query('DELETE FROM kpi_metrics');
});

afterAll(async () => {
  await app.close();
  await database.close();
});

describe('record', () => {
  it('gives a metric that is recorded already its new value', async () => {
    await kpi.record([reading('2025-11-20', 0.1), reading('2025-11-21', 0.2)]);
    await kpi.record([reading('2025-11-21', 0.3)]);
    expect(await kpi.series(REPLY_RATE, '2025-11-01', '2025-11-30')).toEqual([
      { date: '2025-11-20', value: 0.1 },
      { date: '2025-11-21', value: 0.3 },
    ]);
  });

  it('takes the later of two readings of one metric and day', async () => {
    await kpi.record([reading('2025-11-21', 0.1), reading('2025-11-21', 0.2)]);
    expect(await kpi.series(REPLY_RATE, '2025-11-21', '2025-11-21')).toEqual([{ date: '2025-11-21', value: 0.2 }]);
  });

  it('records more than one statement takes, and nothing at all', async () => {
    const names = Array.from({ length: 12_000 }, (_, number) => `metric_${number}`);
    await kpi.record(names.map((metricName) => reading('2025-11-21', 1, { metricName })));
    await kpi.record([]);
    const [{ count }] = await (
      await database.dataSource()
    ).query<{ count: string }[]>('SELECT count(*) FROM kpi_metrics');
    expect(count).toBe('12000');
  });

  it.each<[string, Partial<Reading>]>([
    ['a day that is none', { date: '2025-02-30' }],
    ['a platform that is none', { platform: 'MYSPACE' as never }],
    ['a metric without a name', { metricName: '' }],
    ['a value that is no number', { value: NaN }],
  ])('records nothing where one reading has %s', async (_, wrong) => {
    const readings = [reading('2025-11-20', 0.1), { ...reading('2025-11-21', 0.2), ...wrong }];
    await expect(kpi.record(readings)).rejects.toThrow(InvalidInputError);
    expect(await kpi.series(REPLY_RATE, '2025-01-01', '2025-12-31')).toEqual([]);
  });
});

describe('series', () => {
  it('is of one metric of one platform, by day', async () => {
    await kpi.record([
      reading('2025-11-22', 3),
      reading('2025-11-20', 1),
      reading('2025-11-21', 9, { platform: 'REDDIT' }),
      reading('2025-11-21', 9, { metricName: 'share_rate' }),
      reading('2025-11-21', 9, { metricType: 'REACH' }),
      reading('2025-11-23', 4),
    ]);
    expect(await kpi.series(REPLY_RATE, '2025-11-20', '2025-11-22')).toEqual([
      { date: '2025-11-20', value: 1 },
      { date: '2025-11-22', value: 3 },
    ]);
  });

  it.each([
    ['2025-11-21', '2025-11-20'],
    ['yesterday', '2025-11-20'],
    ['2025-11-21', '2025-11-31'],
    ['2025-11', '2025-12'],
  ])('refuses %s to %s', async (from, to) => {
    await expect(kpi.series(REPLY_RATE, from, to)).rejects.toThrow(InvalidInputError);
  });
});

describeOnServer('side by side', () => {
  it('two reckonings of the same metrics wait for each other', async () => {
    const readings = Array.from({ length: 2000 }, (_, number) =>
      reading('2025-11-21', 1, { metricName: `m${number}` }),
    );
    await Promise.all([
      kpi.record(readings),
      kpi.record(readings.toReversed()),
      kpi.record(readings),
      kpi.record(readings.toReversed()),
    ]);
  });

  it('reads a month of a metric by its index', async () => {
    const large = await databaseWith({ kpi_metrics: 10_000 });
    try {
      const source = await large.dataSource();
      const service = new KpiService(source.getRepository(KpiMetric));
      const [plan] = await plansOf(source, () => service.series(REPLY_RATE, '2025-11-01', '2025-11-30'));
      expect(plan).toMatchObject({ indexes: ['uq_kpi_metrics_date_platform_metric_type_metric_name'], sequential: [] });
    } finally {
      await large.close();
    }
  });
});
