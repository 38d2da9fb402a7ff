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
/** How long an unused session lasts. */
export const SESSION_IDLE_MS = 7 * DAY_MS;
/** The maximum lifetime of a session; then the user has to sign in again. */
export const SESSION_LIFETIME_MS = 30 * DAY_MS;

/** The maximum number of sessions per clean-up statement. */
const BATCH = 1_000;

/** A valid session. */
export type LiveSession = Pick<Session, 'id' | 'userId' | 'expiresAt'>;

/**
 * Sessions of signed-in users. (004)
 *
 * The user holds a secret token. The database stores only an id derived from its hash, so nobody can sign in with the content
 * of the table, a backup or a log. The id is therefore not secret and can be shown, for example to end a session.
 */
@Injectable()
export class SessionsService {
  constructor(
    private readonly context: UserContext,
    @InjectRepository(Session) private readonly sessions: Repository<Session>,
  ) {}

  /**
   * Signs a user in and updates users.last_login. The caller must have authenticated the user.
   *
   * @returns the session, and the token for the user, which is not stored
   * @throws NotFoundError if the user does not exist
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

  /** The session of a token; null if it has expired or the token is invalid. */
  async find(token: string, now: Date = new Date()): Promise<LiveSession | null> {
    if (!isToken(token)) return null;
    return this.sessions.findOne({
      select: { id: true, userId: true, expiresAt: true },
      where: { id: idOf(token), expiresAt: MoreThan(now) },
    });
  }

  /** Like `find`, for each request of a user: extends the session by SESSION_IDLE_MS, up to SESSION_LIFETIME_MS in total. */
  async touch(token: string, now: Date = new Date()): Promise<LiveSession | null> {
    if (!isToken(token)) return null;
    // Requests may arrive in any order: an earlier one must not shorten the session.
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

  /** The user's valid sessions, the most recently used first. */
  async list(userId: string, now: Date = new Date()): Promise<Session[]> {
    return this.context.asUser(userId, (manager) =>
      manager.find(Session, {
        where: { userId, expiresAt: MoreThan(now) },
        order: { lastAccessedAt: 'DESC', id: 'ASC' },
      }),
    );
  }

  /** Signs out. An invalid token is ignored. */
  async end(token: string): Promise<void> {
    if (isToken(token)) await this.sessions.delete({ id: idOf(token) });
  }

  /**
   * Ends one of the user's sessions, on any device.
   *
   * @throws NotFoundError if the user has no such session
   */
  async revoke(userId: string, sessionId: string): Promise<void> {
    const { affected } = await this.context
      .asUser(userId, (manager) => manager.delete(Session, { id: sessionId, userId }))
      .catch(throwDomainError);
    if (!affected) throw new NotFoundError('session', sessionId);
  }

  /** Ends all sessions of the user. @returns their number */
  async revokeAll(userId: string): Promise<number> {
    const { affected } = await this.context.asUser(userId, (manager) => manager.delete(Session, { userId }));
    return affected ?? 0;
  }

  /**
   * Deletes expired sessions, in batches of one transaction each. Several processes may do so at once.
   *
   * @returns their number
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
