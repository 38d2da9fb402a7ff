import { Entity } from 'typeorm';
import { Flag, Text, Uuid } from '@entity-backend/schema';
import { OwnedBy } from '../src/entities/access';
import { CreatedAt, PrimaryKey, UpdatedAt } from '../src/entities/columns';

/** A table of the tests' own whose rows have owners, for what holds for every such table. */
@Entity('letters')
@OwnedBy('ownerId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
export class Letter {
  @PrimaryKey() id: string;

  @Uuid() ownerId: string;

  @Text({ length: 255, pattern: /\S/ }) title: string;

  @Text({ nullable: true }) content: string | null;

  @Flag({ default: false }) answered: boolean;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
