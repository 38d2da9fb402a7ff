import { Session } from '../../../src/entities';
import { DAY, defineFactory, perParent } from '@entity-backend/seeding';
import { workOf } from './rhythms';

export const sessionFactory = defineFactory(
  Session,
  perParent('user', [2, 1, 1, 0, 3, 1, 2, 1, 1, 2, 4]),
  {
    createdAt: ({ ordinal, user }, random) => {
      const part = (30 * DAY) / user.sessions.length;
      const from = random.now - 30 * DAY + ordinal * part;
      return random.rhythmic(from, from + part, workOf(user));
    },
    expiresAt: (session) => new Date(session.createdAt.getTime() + 14 * DAY),
    lastAccessedAt: (session, random) =>
      random.between(session.createdAt, Math.min(session.expiresAt.getTime(), random.now)),
  },
  {
    Expired: { createdAt: (_, random) => random.ago(90 * DAY, 15 * DAY) },
  },
);
