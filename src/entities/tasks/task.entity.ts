import { Entity, type Relation } from 'typeorm';
import { desc, Flag, Index, Reference, Text } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';
import { User } from '../identity/user.entity';

/** What a person has to do, the newest first in their list. Written by the person, or by the assistant on their behalf. (002) */
@Entity('tasks')
@OwnedBy('userId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
@Index('idx_tasks_user_id_created_at', ['userId', desc('createdAt')])
export class Task {
  @PrimaryKey() id: string;

  /** The person who has to do it. */
  @Reference(() => User, { inverse: 'tasks', onDelete: 'CASCADE' }) user: Relation<User>;
  userId: string;

  /** What to do, never blank. */
  @Text({ length: 255, pattern: /\S/ }) title: string;

  /** What else there is to say about it; null: nothing. */
  @Text({ nullable: true }) description: string | null;

  /** Whether it is done. */
  @Flag({ default: false }) completed: boolean;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
