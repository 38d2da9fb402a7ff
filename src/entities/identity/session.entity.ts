import { IsDate, IsUUID } from 'class-validator';
import { Check, Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { HasDefault, Index } from '@entity-backend/schema';
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
@Index('idx_sessions_expires_at', ['expiresAt'])
@Index('idx_sessions_user_id', ['userId'])
export class Session {
  @PrimaryKey()
  id: string;

  /** The person who is signed in. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @ManyToOne(() => User, (user) => user.sessions, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** From when on it is worth nothing; later than created_at. */
  @IsDate()
  @Check('"expires_at" > "created_at"')
  @Column({ type: 'timestamptz' })
  expiresAt: Date;

  @CreatedAt()
  createdAt: Date;

  /** When a request last used it. */
  @HasDefault()
  @IsDate()
  @Column({ type: 'timestamptz', default: () => 'now()' })
  lastAccessedAt: Date;
}
