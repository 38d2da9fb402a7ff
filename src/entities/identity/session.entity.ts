import { Check, Entity, type Relation } from 'typeorm';
import { Index, Moment, Reference } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey } from '../columns';
import { User } from './user.entity';

/**
 * Who is signed in, and until when. Written by sign-in, touched by each request, deleted by sign-out or, once it has
 * expired, by clean-up. (004)
 *
 * 004 wants idx_sessions_id to be partial, WHERE expires_at > NOW(). PostgreSQL refuses it: an index predicate must be
 * immutable. What it was for, finding a live session by id without touching the table, is kept by INCLUDE.
 */
@Entity('sessions')
@OwnedBy('userId', { may: ['SELECT', 'DELETE'] })
@Index('idx_sessions_id', ['id'], { include: ['userId', 'expiresAt'] })
export class Session {
  @PrimaryKey() id: string;

  /** The person who is signed in. */
  @Reference(() => User, { inverse: 'sessions', onDelete: 'CASCADE' }) user: Relation<User>;
  userId: string;

  /** From when on it is worth nothing; later than created_at. */
  @Check('"expires_at" > "created_at"')
  @Moment({ index: true })
  expiresAt: Date;

  @CreatedAt() createdAt: Date;

  /** When a request last used it. */
  @Moment({ default: () => 'now()' }) lastAccessedAt: Date;
}
