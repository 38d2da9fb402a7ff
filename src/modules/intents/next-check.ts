import { Cron } from 'croner';
import type { Conditions, Trigger } from '../../entities/intents/triggers';
import { remembering } from './remembering';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How often the scheduler looks whether a condition is met, in milliseconds. */
const CHECKED_EVERY: Record<keyof Conditions, number> = {
  event: MINUTE,
  calendar: MINUTE,
  price: 5 * MINUTE,
  news: 30 * MINUTE,
  silence: HOUR,
};

/**
 * When an intent is to be looked at next: the first time after `now` that its trigger names, however many have gone by.
 * Always later than `now`.
 *
 * A cron expression is read on the clock of its zone. A single time of the day that a clock put forward leaves out is made
 * up for at once after the gap; one that a clock put back brings twice is taken once.
 *
 * @param dueAt when it was due last: intervals go on from there and don't drift by the time that the work takes
 * @returns null where there is no such time
 */
export function nextCheck(trigger: Trigger, now: Date, dueAt: Date = now): Date | null {
  switch (trigger.type) {
    case 'cron':
      return nextRun(`${trigger.timezone} ${trigger.cron}`, now).next;
    case 'once':
      return Date.parse(trigger.at) > now.getTime() ? new Date(trigger.at) : null;
    case 'interval':
      return nextBeat(dueAt.getTime(), Math.round(trigger.everyHours * HOUR), now.getTime());
    default:
      return nextBeat(dueAt.getTime(), CHECKED_EVERY[trigger.type], now.getTime());
  }
}

/** The run after a moment; the same one for all moments from that on until it. Many people get up at seven. */
const nextRun = remembering(
  (zoneAndCron: string, from: Date) => {
    const [timezone] = zoneAndCron.split(' ', 1);
    const cron = zoneAndCron.slice(timezone.length + 1);
    return { from, next: new Cron(cron, { timezone, mode: '5-part' }).nextRun(from) };
  },
  ({ from, next }, now) => from <= now && (next === null || now < next),
);

function nextBeat(last: number, every: number, now: number): Date {
  const missed = Math.max(0, Math.floor((now - last) / every));
  return new Date(last + (missed + 1) * every);
}
