import { Cron } from 'croner';
import type { Conditions, Trigger } from '../../entities/intents/triggers';
import { remembering } from './remembering';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How often the scheduler checks a condition. Milliseconds. */
const CHECKED_EVERY: Record<keyof Conditions, number> = {
  event: MINUTE,
  calendar: MINUTE,
  price: 5 * MINUTE,
  news: 30 * MINUTE,
  silence: HOUR,
};

/**
 * When to check an intent next: the first time of its trigger after `now`, even if earlier times were missed.
 *
 * A cron expression uses the local time of its time zone. When clocks go forward, a skipped time of day runs directly after the
 * gap; when they go back, a repeated time of day runs once.
 *
 * @param dueAt when it was last due: intervals continue from there, so execution time causes no drift
 * @returns null if there is no such time
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

/** The next run after a time, cached until that run: many users share a schedule. */
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
