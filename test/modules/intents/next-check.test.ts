import fc from 'fast-check';
import type { Trigger } from '../../../src/entities/intents/triggers';
import { nextCheck } from '../../../src/modules/intents/next-check';

const HOUR = 3_600_000;
const ZONES = [
  'UTC',
  'Europe/Vienna',
  'America/New_York',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Apia',
  'Africa/Casablanca',
];

const FORMATS = new Map(
  ZONES.map((timeZone) => [
    timeZone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      ...{ weekday: 'short', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric', second: 'numeric', hourCycle: 'h23' },
    }),
  ]),
);

/** What the clock and the calendar of a zone show. */
function local(zone: string, moment: Date): { minute: number; hour: number; weekday: string } {
  const parts = FORMATS.get(zone)!.formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)!.value;
  return { minute: Number(part('minute')), hour: Number(part('hour')), weekday: part('weekday') };
}

/** Minutes that the zone's clock is ahead of UTC. */
function offset(zone: string, moment: Date): number {
  const parts = FORMATS.get(zone)!.formatToParts(moment);
  const [year, month, day, hour, minute] = ['year', 'month', 'day', 'hour', 'minute'].map((type) =>
    Number(parts.find((one) => one.type === type)!.value),
  );
  return (Date.UTC(year, month - 1, day, hour, minute) - Math.floor(moment.getTime() / 60_000) * 60_000) / 60_000;
}

function cron(expression: string, timezone: string): Trigger {
  return { type: 'cron', cron: expression, timezone };
}

/** The next `count` times. */
function times(trigger: Trigger, from: string, count: number): string[] {
  const found: string[] = [];
  for (let now = new Date(from); found.length < count;) {
    now = nextCheck(trigger, now)!;
    found.push(now.toISOString().slice(0, 16));
  }
  return found;
}

const moments = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const zones = fc.constantFrom(...ZONES);

describe('a cron expression', () => {
  it('names the next time of the day, on the clock of its zone, but in the gap of a clock put forward', () => {
    fc.assert(
      fc.property(moments, zones, fc.nat(23), fc.nat(59), (now, zone, hour, minute) => {
        const next = nextCheck(cron(`${minute} ${hour} * * *`, zone), now)!;
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(50 * HOUR);
        const shown = local(zone, next);
        if (shown.hour === hour && shown.minute === minute) return;
        // The first moment after the gap.
        const before = new Date(next.getTime() - 60_000);
        expect(offset(zone, next)).toBeGreaterThan(offset(zone, before));
      }),
      { numRuns: 500 },
    );
  });

  it('names weekdays and minutes of every hour on the clock of its zone', () => {
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    fc.assert(
      fc.property(moments, zones, fc.nat(6), fc.nat(59), (now, zone, day, minute) => {
        const next = nextCheck(cron(`${minute} * * * ${day}`, zone), now)!;
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(local(zone, next)).toMatchObject({ weekday: days[day], minute });
      }),
      { numRuns: 300 },
    );
  });

  it('leaves no time out: none lies between now and the next', () => {
    fc.assert(
      fc.property(moments, zones, fc.nat(59), (now, zone, minute) => {
        const next = nextCheck(cron(`${minute} * * * *`, zone), now)!;
        for (let moment = Math.floor(now.getTime() / 60_000 + 1) * 60_000; moment < next.getTime(); moment += 60_000)
          expect(local(zone, new Date(moment)).minute).not.toBe(minute);
      }),
      { numRuns: 100 },
    );
  });

  // The local time that a clock put forward leaves out is made up for at the end of the gap, once.
  it.each([
    ['Europe/Vienna', '30 2 * * *', '2026-03-28T12:00Z', ['2026-03-29T01:00', '2026-03-30T00:30', '2026-03-31T00:30']],
    ['America/New_York', '15 2 * * *', '2026-03-07T12:00Z', ['2026-03-08T07:00', '2026-03-09T06:15']],
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00Z', ['2026-10-03T15:30', '2026-10-04T15:15']],
    ['Pacific/Auckland', '30 2 * * *', '2026-09-26T00:00Z', ['2026-09-26T14:00', '2026-09-27T13:30']],
    // Seven o'clock is seven o'clock.
    ['Europe/Vienna', '0 7 * * *', '2026-03-28T00:00Z', ['2026-03-28T06:00', '2026-03-29T05:00', '2026-03-30T05:00']],
  ])('in %s, %s, when the clock is put forward', (zone, expression, from, expected) => {
    expect(times(cron(expression, zone), from, expected.length)).toEqual(expected);
  });

  // The local time that a clock put back brings twice is taken once; of those every half an hour each is another one.
  it.each([
    ['Europe/Vienna', '30 2 * * *', '2026-10-24T12:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
    ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
    ['Pacific/Auckland', '30 2 * * *', '2026-04-04T00:00Z', ['2026-04-04T13:30', '2026-04-05T14:30']],
    [
      'Europe/Vienna',
      '*/30 2 * * *',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:00', '2026-10-25T00:30', '2026-10-25T01:00', '2026-10-25T01:30', '2026-10-26T01:00'],
    ],
  ])('in %s, %s, when the clock is put back', (zone, expression, from, expected) => {
    expect(times(cron(expression, zone), from, expected.length)).toEqual(expected);
  });

  it('names no time where the calendar has none', () => {
    expect(nextCheck(cron('0 0 30 2 *', 'UTC'), new Date('2026-01-01'))).toBeNull();
  });
});

it('goes on in the beat of an interval, later than now, whatever has been missed', () => {
  fc.assert(
    fc.property(moments, fc.integer({ min: 1, max: 60 * 1000 }), fc.nat(400 * 24 * HOUR), (dueAt, minutes, late) => {
      const now = new Date(dueAt.getTime() + late);
      const next = nextCheck({ type: 'interval', everyHours: minutes / 60 }, now, dueAt)!;
      expect(next.getTime()).toBeGreaterThan(now.getTime());
      expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(minutes * 60_000);
      expect((next.getTime() - dueAt.getTime()) % (minutes * 60_000)).toBe(0);
    }),
  );
});

it('names a single moment until it has come', () => {
  fc.assert(
    fc.property(moments, moments, (at, now) => {
      const next = nextCheck({ type: 'once', at: at.toISOString() }, now);
      expect(next).toEqual(at > now ? at : null);
    }),
  );
});

it.each<[Trigger, number]>([
  [{ type: 'event', event: 'imported' }, 1],
  [{ type: 'calendar', calendar: 'school', title: 'Meeting', minutesBefore: 15 }, 1],
  [{ type: 'price', item: 'class set', below: 200, currency: 'USD' }, 5],
  [{ type: 'news', topic: 'standards', subject: 'reading' }, 30],
  [{ type: 'silence', afterDays: 5 }, 60],
])('looks after the condition of %j every %d minutes', (trigger, minutes) => {
  const now = new Date('2026-03-02T12:00:00Z');
  expect(nextCheck(trigger, now)).toEqual(new Date(now.getTime() + minutes * 60_000));
});
