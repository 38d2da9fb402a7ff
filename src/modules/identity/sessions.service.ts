import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, type Repository } from 'typeorm';
import { UserContext } from '../../database/user-context';
import { Session, User } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { isToken, newToken } from '../../http/token';

const DAY_MS = 86_400_000;
/** How long a session lives that nobody uses. */
export const SESSION_IDLE_MS = 7 * DAY_MS;
/** How long a session lives at most, however much it is used: then one has to sign in again. */
export const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** The most sessions of one statement of clean-up. */
const BATCH = 1_000;

/** Who is signed in, and until when. */
export type LiveSession = Pick<Session, 'id' | 'userId' | 'expiresAt'>;

/**
 * Who is signed in. (004)
 *
 * A person holds a secret token, the database an id that is made of its hash and can't be turned back: who reads the table,
 * a backup or a log signs in as nobody. So the id may be shown, to name a session that is to end.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
  ) {}

  /**
   * Signs a person in, whom the caller has made sure of, and says so in users.last_login.
   *
   * @returns the token to give to the person, which is kept nowhere here, and the session
   * @throws NotFoundError where there is no such user
   */
  async create(userId: string, now: Date = new Date()): Promise<{ token: string; session: LiveSession }> {
    const token = newToken();
    const session = { id: idOf(token), userId, expiresAt: new Date(now.getTime() + SESSION_IDLE_MS) };
    await this.sessions.manager
      .transaction(async (manager) => {
        const { affected } = await manager.update(User, { id: userId }, { lastLogin: now });
        if (!affected) throw new NotFoundError('user', userId);
        await manager.insert(Session, { ...session, createdAt: now, lastAccessedAt: now });
      })
      .catch(throwDomainError);
    return { token, session };
  }

  /** The session of a token; null where it has expired, and for all that is no token. */
  async find(token: string, now: Date = new Date()): Promise<LiveSession | null> {
    if (!isToken(token)) return null;
    return this.sessions.findOne({
      select: { id: true, userId: true, expiresAt: true },
      where: { id: idOf(token), expiresAt: MoreThan(now) },
    });
  }

  /** As `find`, for each request of a person: the session lives on for SESSION_IDLE_MS, up to SESSION_LIFETIME_MS in all. */
  async touch(token: string, now: Date = new Date()): Promise<LiveSession | null> {
    if (!isToken(token)) return null;
    // Requests come in any order: none takes back what a later one has given.
    const [[session]] = await this.sessions.query<[LiveSession[], number]>(
      `UPDATE sessions
       SET last_accessed_at = greatest(last_accessed_at, $2::timestamptz),
         expires_at = greatest(expires_at, least($3::timestamptz, created_at + $4 * interval '1 millisecond'))
       WHERE id = $1 AND expires_at > $2
       RETURNING id, user_id AS "userId", expires_at AS "expiresAt"`,
      [idOf(token), now, new Date(now.getTime() + SESSION_IDLE_MS), SESSION_LIFETIME_MS],
    );
    return session ?? null;
  }

  /** Where the person is signed in, the session of the latest request first. */
  async list(userId: string, now: Date = new Date()): Promise<Session[]> {
    return this.context.asUser(userId, (manager) =>
      manager.find(Session, {
        where: { userId, expiresAt: MoreThan(now) },
        order: { lastAccessedAt: 'DESC', id: 'ASC' },
      }),
    );
  }

  /** Signs out. A token that opens nothing is as good as signed out. */
  async end(token: string): Promise<void> {
    if (isToken(token)) await this.sessions.delete({ id: idOf(token) });
  }

  /**
   * Ends one of the person's sessions, on whatever device it is.
   *
   * @throws NotFoundError where the person has no such session
   */
  async revoke(userId: string, sessionId: string): Promise<void> {
    const { affected } = await this.context
      .asUser(userId, (manager) => manager.delete(Session, { id: sessionId, userId }))
      .catch(throwDomainError);
    if (!affected) throw new NotFoundError('session', sessionId);
  }

  /** Ends all the person's sessions. @returns how many they were */
  async revokeAll(userId: string): Promise<number> {
    const { affected } = await this.context.asUser(userId, (manager) => manager.delete(Session, { userId }));
    return affected ?? 0;
  }

  /**
   * Deletes the sessions that have expired, in batches, each a transaction of its own. Several may clean up at once.
   *
   * @returns how many they were
   */
  async deleteExpired(now: Date = new Date()): Promise<number> {
    let deleted = 0;
    let count: number;
    do {
      [, count] = await this.sessions.query<[unknown[], number]>(
        `DELETE FROM sessions WHERE id = ANY (ARRAY(
           SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED
         ))`,
        [now, BATCH],
      );
      deleted += count;
    } while (count === BATCH);
    return deleted;
  }
}

/** The first 16 bytes of the token's SHA-256, as a UUID of version 4: as random as the token is. */
function idOf(token: string): string {
  const bytes = createHash('sha256').update(token).digest();
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
