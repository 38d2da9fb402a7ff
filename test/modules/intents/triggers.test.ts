import { entities, type ScheduledIntent } from '../../../src/entities';
import type { TriggerType } from '../../../src/entities/intents/enumerations';
import { InvalidInputError } from '../../../src/http/errors/domain-errors';
import { hasSchedule, triggerOf } from '../../../src/modules/intents/triggers';
import { compileTables } from '@entity-backend/seeding';
import { factories } from '../../../seeds/factories';
import { metadataOf } from '../../seeds/metadata';

type Shape = Record<string, unknown>;

const GOOD: Record<TriggerType, Shape> = {
  cron: { cron: '0 7 * * 1-5', timezone: 'Europe/Vienna' },
  interval: { everyHours: 24 },
  once: { at: '2026-03-02T12:00:00+01:00' },
  price: { item: 'class set', below: 200, currency: 'USD' },
  silence: { afterDays: 5 },
  event: { event: 'results_imported', grade: 3, final: true },
  calendar: { calendar: 'school', title: 'Team meeting', minutesBefore: 30 },
  news: { topic: 'state standards', subject: 'reading' },
};

function intentWith(
  triggerType: TriggerType,
  shape: unknown,
): Pick<ScheduledIntent, 'triggerType' | 'triggerSchedule' | 'triggerCondition'> {
  const [triggerSchedule, triggerCondition] = hasSchedule(triggerType) ? [shape, null] : [null, shape];
  return { triggerType, triggerSchedule, triggerCondition } as ScheduledIntent;
}

it.each(Object.entries(GOOD))('reads a %s trigger', (type, shape) => {
  expect(triggerOf(intentWith(type as TriggerType, shape))).toEqual({ type, ...shape });
});

const BAD: [TriggerType, Shape, field: string][] = [
  ['cron', { cron: undefined }, 'triggerSchedule.cron is missing'],
  ...[
    '',
    '0 7 * *',
    '0 0 7 * * *',
    '60 7 * * *',
    '0 7 * * 8',
    '0 7 * * MONDAY',
    '@teatime',
    '2027-01-01T00:00:00',
    7,
  ].map((cron): [TriggerType, Shape, string] => [
    'cron',
    { cron },
    `triggerSchedule.cron is ${JSON.stringify(cron)}: give `,
  ]),
  ...[undefined, '', 'Mars/Olympus', '+01:00', 'Europe', ' UTC', 1].map((timezone): [TriggerType, Shape, string] => [
    'cron',
    { timezone },
    'triggerSchedule.timezone is ',
  ]),
  ...[0, -1, 1 / 61, 87_601, NaN, Infinity, '24', null].map((everyHours): [TriggerType, Shape, string] => [
    'interval',
    { everyHours },
    'triggerSchedule.everyHours is ',
  ]),
  ...[
    'tomorrow',
    '2026-03-02',
    '2026-03-02T12:00:00',
    '2026-02-30T12:00:00Z',
    '2026-03-02T25:00:00Z',
    1_772_000_000,
  ].map((at): [TriggerType, Shape, string] => ['once', { at }, 'triggerSchedule.at is ']),
  ['price', { item: ' ' }, 'triggerCondition.item is '],
  ['price', { below: 0 }, 'triggerCondition.below is '],
  ['price', { currency: 'coins' }, 'triggerCondition.currency is '],
  ['silence', { afterDays: 0 }, 'triggerCondition.afterDays is '],
  ['event', { event: '' }, 'triggerCondition.event is '],
  ['event', { grade: { min: 1 } }, 'triggerCondition.grade is '],
  ['calendar', { minutesBefore: -1 }, 'triggerCondition.minutesBefore is '],
  ['news', { subject: 'x'.repeat(201) }, 'triggerCondition.subject is '],
  ['interval', { everyMinutes: 5 }, 'triggerSchedule.everyMinutes is 5: give only everyHours'],
];

it.each(BAD)('refuses a %s trigger with %j', (type, change, message) => {
  const read = () => triggerOf(intentWith(type, { ...GOOD[type], ...change }));
  expect(read).toThrow(InvalidInputError);
  expect(read).toThrow(message);
});

it.each([undefined, null, [], 'daily', 7])('refuses %j in the place of a schedule or condition', (shape) => {
  expect(() => triggerOf(intentWith('cron', shape))).toThrow(
    /^triggerSchedule is .* cron, timezone, which "cron" needs\.$/,
  );
  expect(() => triggerOf(intentWith('news', shape))).toThrow(/^triggerCondition is /);
});

it('refuses a trigger of a type that there is not, and one with both', () => {
  expect(() => triggerOf(intentWith('moon' as never, {}))).toThrow('triggerType is "moon": give one of cron, interval');
  expect(() => triggerOf({ ...intentWith('cron', GOOD.cron), triggerCondition: GOOD.news })).toThrow(
    'triggerCondition is ',
  );
});

it('reads the triggers of the demo data', async () => {
  const basis = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
  const intents = compileTables(await metadataOf(entities), factories, basis).find(
    ({ name }) => name === 'scheduled_intents',
  )!;
  const seen = new Set<string>();
  for (let index = 0; index < 300; index++) seen.add(triggerOf(intents.row(index) as unknown as ScheduledIntent).type);
  expect([...seen].toSorted()).toEqual(Object.keys(GOOD).toSorted());
});
