import { Session } from '../../src/entities';
import { defineFactory, perParent } from '../engine/factory';
import { DAY } from '../engine/random';

export const sessionFactory = defineFactory(Session, perParent('user', [2, 1, 1, 0, 3, 1, 2, 1, 1, 2]), {
  createdAt: ({ ordinal, user }, random) =>
    random.nth(ordinal, user.sessions.length, random.now - 30 * DAY, random.now),
  expiresAt: (session) => new Date(session.createdAt.getTime() + 14 * DAY),
  lastAccessedAt: (session, random) =>
    random.between(session.createdAt, Math.min(session.expiresAt.getTime(), random.now)),
});
