import { IsBoolean, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { Column, Entity } from 'typeorm';
import { HasDefault } from '@entity-backend/schema';
import { OwnedBy } from '../src/entities/access';
import { CreatedAt, Pattern, PrimaryKey, UpdatedAt } from '../src/entities/columns';

/** A table of the tests' own whose rows have owners, for what holds for every such table. */
@Entity('letters')
@OwnedBy('ownerId', { may: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] })
export class Letter {
  @PrimaryKey()
  id: string;

  @IsUUID()
  @Column({ type: 'uuid' })
  ownerId: string;

  @MaxLength(255)
  @Pattern(/\S/)
  @Column({ type: 'varchar', length: 255 })
  title: string;

  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  content: string | null;

  @HasDefault()
  @IsBoolean()
  @Column({ type: 'boolean', default: false })
  answered: boolean;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;
}
