import { IsBoolean, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { Column, Entity, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { desc, HasDefault, Index } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, Pattern, PrimaryKey, UpdatedAt } from '../columns';
import { User } from '../identity/user.entity';

/** What a person has to do, the newest first in their list. Written by the person, or by the assistant on their behalf. (002) */
@Entity('tasks')
@OwnedBy('userId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
@Index('idx_tasks_user_id', ['userId'])
@Index('idx_tasks_user_id_created_at', ['userId', desc('createdAt')])
export class Task {
  @PrimaryKey()
  id: string;

  /** The person who has to do it. */
  @IsUUID()
  @Column({ type: 'uuid' })
  userId: string;

  @ManyToOne(() => User, (user) => user.tasks, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  /** What to do, never blank. */
  @MaxLength(255)
  @Pattern(/\S/)
  @Column({ type: 'varchar', length: 255 })
  title: string;

  /** What else there is to say about it; null: nothing. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  description: string | null;

  /** Whether it is done. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  completed: boolean;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}
