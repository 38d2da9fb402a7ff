/* Entities that say what TypeORM's own decorators can't: an owner with row-level security, an enumeration, a vector. */
import {
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import {
  desc,
  Enumeration,
  Extension,
  Grant,
  Index,
  Policy,
  type Role,
  RowLevelSecurity,
  Trigger,
  triggerFunction,
} from '../../src';

export const member: Role = { name: 'sample_member', comment: 'A person.', grantedToOwner: false };
export const backend: Role = { name: 'sample_backend', comment: 'The jobs.', grantedToOwner: true };

const keepChanges = triggerFunction({
  name: 'keep_changes',
  comment: 'Sets changed_at.',
  body: 'BEGIN NEW."changedAt" := pg_catalog.now(); RETURN NEW; END',
});

export const STATES = ['draft', 'published'] as const;

/** Who writes notes. */
@Entity()
@Grant(backend, ['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
export class Writer {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  /** As readers see it. */
  @Column({ type: 'varchar', length: 80 })
  name: string;
}

/** What a writer wants to remember. It is the writer's alone. */
@Entity({ name: 'notes' })
@Extension('vector')
@Index('notes_by_writer', ['writerId', desc('createdAt')])
@Index('notes_nearest', [{ property: 'embedding', operatorClass: 'vector_cosine_ops' }], { method: 'hnsw' })
@RowLevelSecurity()
@Policy({ name: 'own', command: 'ALL', role: member, using: `"writerId" = (SELECT current_setting('app.user')::uuid)` })
@Policy({ name: 'all', command: 'ALL', role: backend, using: 'true' })
@Grant(member, ['SELECT', 'INSERT'])
@Trigger({ name: 'keep_changes', timing: 'BEFORE', events: ['UPDATE'], execute: keepChanges })
export class Note {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column({ type: 'uuid' })
  writerId: string;

  @ManyToOne(() => Writer, { nullable: false, onDelete: 'CASCADE' })
  @JoinColumn({ name: 'writerId' })
  writer: Relation<Writer>;

  @Enumeration(STATES, { default: 'draft' })
  state: (typeof STATES)[number];

  @Column({ type: 'vector', length: 3, nullable: true })
  embedding: number[] | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @Column({ type: 'timestamptz', nullable: true })
  changedAt: Date | null;
}

export const guardedEntities = [Writer, Note];
