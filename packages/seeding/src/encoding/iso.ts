import { DAY, SECOND } from '../random/random';

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

/** The days met so far, by their number since 1970: writing them is what takes the time. */
const days = new Map<number, string>();
const MAX_DAYS = 50_000;

/** A date as `2026-01-31T12:00:00.000Z`: what its toISOString gives, in a third of the time. For the years 1 to 9999. */
export function isoTime(date: Date): string {
  const time = date.getTime();
  const day = Math.floor(time / DAY);
  let text = days.get(day);
  if (text === undefined) {
    text = date.toISOString().slice(0, -'00:00:00.000Z'.length);
    if (days.size < MAX_DAYS) days.set(day, text);
  }
  const ms = time - day * DAY;
  const s = Math.floor(ms / SECOND);
  const minutes = Math.floor(s / 60);
  return `${text}${TWO_DIGITS[Math.floor(minutes / 60)]}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[s % 60]}.${THREE_DIGITS[ms % SECOND]}Z`;
}
