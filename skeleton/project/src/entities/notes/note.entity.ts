import { IsBoolean, IsUUID, MaxLength } from 'class-validator';
import { Column, Entity } from 'typeorm';
import { desc, HasDefault, Index } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, Pattern, PrimaryKey, UpdatedAt } from '../columns';

/** What a person wants to remember, the newest first in their list. Nobody else sees it. */
@Entity('notes')
@OwnedBy('ownerId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
@Index('idx_notes_owner_id_created_at', ['ownerId', desc('createdAt')])
export class Note {
  @PrimaryKey()
  id: string;

  /** The person who wrote it. It is no foreign key: who signs people in keeps them. */
  @IsUUID()
  @Column({ type: 'uuid' })
  ownerId: string;

  /** What it says, never blank. */
  @MaxLength(1000)
  @Pattern(/\S/)
  @Column({ type: 'varchar', length: 1000 })
  content: string;

  /** Whether it stays at the top. */
  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  pinned: boolean;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}
