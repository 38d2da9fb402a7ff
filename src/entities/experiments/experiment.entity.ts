import { IsDate, IsNotEmpty, IsObject, IsOptional, IsString } from 'class-validator';
import { Check, Column, Entity, OneToMany, type Relation, Unique } from 'typeorm';
import { Enumeration } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Audited } from '../audited';
import { CreatedAt, PrimaryKey, Score, UpdatedAt } from '../columns';
import { Decision } from '../social/decision.entity';
import { EXPERIMENT_STATUSES, type ExperimentStatus } from './enumerations';

/**
 * What we try in two variants, by which metric, and which of them won. Written by the people who plan it and, at the end,
 * by its evaluation. (003)
 */
@Entity('experiments')
@Audited()
@BackendOnly()
@Unique(['name'])
@Check('chk_experiments_dates', '"end_date" > "start_date"')
export class Experiment {
  @PrimaryKey()
  id: string;

  /** What it is called. */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  name: string;

  /** What it shall find out; null: the name says it. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  description: string | null;

  /** The one way, as a rule the one of today. */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  variantA: string;

  /** The other way. */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  variantB: string;

  /** The metric that decides between them. */
  @IsString()
  @IsNotEmpty()
  @Column({ type: 'text' })
  metric: string;

  /** The share of decisions that get variant B, 0 to 1. */
  @Score({ default: 0.5 })
  trafficSplit: number;

  /** How far it has come. */
  @Enumeration(EXPERIMENT_STATUSES, { default: 'DRAFT' })
  status: ExperimentStatus;

  /** When it begins; null: not planned yet. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  startDate: Date | null;

  /** When it ends, later than it begins; null: open. */
  @IsOptional()
  @IsDate()
  @Column({ type: 'timestamptz', nullable: true })
  endDate: Date | null;

  /** The figures of either variant; null: not evaluated yet. */
  @IsOptional()
  @IsObject()
  @Column({ type: 'jsonb', nullable: true })
  resultsJson: Record<string, unknown> | null;

  /** The variant that won; null: not evaluated yet, or neither. */
  @IsOptional()
  @IsString()
  @Column({ type: 'text', nullable: true })
  winner: string | null;

  @CreatedAt()
  createdAt: Date;

  @UpdatedAt()
  updatedAt: Date;

  @OneToMany(() => Decision, (decision) => decision.experiment)
  decisions: Relation<Decision>[];
}
