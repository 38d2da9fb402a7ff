import { Entity } from 'typeorm';
import { desc, Flag, Index, Text, Uuid } from '@entity-backend/schema';
import { OwnedBy } from '../access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../columns';

/** What a user wants to remember. Nobody else sees it. */
@Entity('notes')
@OwnedBy('ownerId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
@Index('idx_notes_owner_id_created_at', ['ownerId', desc('createdAt')])
export class Note {
  @PrimaryKey() id: string;

  /** The user who wrote it. Not a foreign key: users are kept by whoever signs them in. */
  @Uuid() ownerId: string;

  /** What it says, never blank. */
  @Text({ length: 1000, pattern: /\S/ }) content: string;

  /** Whether it stays at the top. */
  @Flag({ default: false }) pinned: boolean;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
