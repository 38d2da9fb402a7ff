import { type Author, type User } from '../../../src/entities';
import { type Rhythm, type Row, scramble } from '@entity-backend/seeding';

/** The hours of a day as those live it who are at work. */
const WORK = [
  ...[0.01, 0, 0, 0, 0, 0.05, 0.3, 0.8, 0.9, 0.7, 0.6, 0.6],
  ...[0.8, 0.7, 0.7, 1, 0.9, 0.6, 0.3, 0.4, 0.5, 0.3, 0.1, 0.03],
];
/** The hours of a day as those live it who tell their followers about it. */
const LEISURE = [
  ...[0.25, 0.12, 0.06, 0.03, 0.03, 0.08, 0.3, 0.6, 0.7, 0.6, 0.5, 0.5],
  ...[0.7, 0.6, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1, 0.8, 0.5],
];

/** Seven such days, of which the last two are quieter by a factor, so many hours ahead of UTC. */
function week(day: readonly number[], weekend: number, hoursAhead: number): Rhythm {
  const local = Array.from({ length: 7 * 24 }, (_, hour) => day[hour % 24] * (hour < 5 * 24 ? 1 : weekend));
  return local.map((_, hour) => local.at((hour + hoursAhead) % local.length)!);
}

/** The weeks of our people by time zone; summer time is left aside. */
const WEEKS: Record<string, Rhythm> = {
  'America/Chicago': week(WORK, 0.25, -6),
  'America/Mexico_City': week(WORK, 0.25, -6),
  'Europe/London': week(WORK, 0.25, 0),
  'Europe/Berlin': week(WORK, 0.25, 1),
  'Europe/Paris': week(WORK, 0.25, 1),
  'Europe/Vienna': week(WORK, 0.25, 1),
};

/** The weeks of authors: of whom we don't know the time zone, but most live in America. */
const AUTHORS = [-8, -6, -5, -5, 0].map((hoursAhead) => week(LEISURE, 0.7, hoursAhead));

/** When a person is at work: in the daytime of their time zone (of UTC where it is another one), seldom at weekends. */
export function workOf(user: Row<User>): Rhythm {
  return WEEKS[user.profile!.timezone] ?? WEEKS['Europe/London'];
}

/** When an author is online. */
export function leisureOf(author: Row<Author>): Rhythm {
  return AUTHORS[scramble(author.index) % AUTHORS.length];
}
