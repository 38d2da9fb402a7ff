import { Check, Entity, OneToMany, type Relation } from 'typeorm';
import { Enumeration, Json, Moment, Text } from '@entity-backend/schema';
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
@Check('chk_experiments_dates', '"end_date" > "start_date"')
export class Experiment {
  @PrimaryKey() id: string;

  /** What it is called. */
  @Text({ notEmpty: true, unique: true }) name: string;

  /** What it shall find out; null: the name says it. */
  @Text({ nullable: true }) description: string | null;

  /** The one way, as a rule the one of today. */
  @Text({ notEmpty: true }) variantA: string;

  /** The other way. */
  @Text({ notEmpty: true }) variantB: string;

  /** The metric that decides between them. */
  @Text({ notEmpty: true }) metric: string;

  /** The share of decisions that get variant B, 0 to 1. */
  @Score({ default: 0.5 }) trafficSplit: number;

  /** How far it has come. */
  @Enumeration(EXPERIMENT_STATUSES, { default: 'DRAFT' }) status: ExperimentStatus;

  /** When it begins; null: not planned yet. */
  @Moment({ nullable: true }) startDate: Date | null;

  /** When it ends, later than it begins; null: open. */
  @Moment({ nullable: true }) endDate: Date | null;

  /** The figures of either variant; null: not evaluated yet. */
  @Json({ nullable: true }) resultsJson: Record<string, unknown> | null;

  /** The variant that won; null: not evaluated yet, or neither. */
  @Text({ nullable: true }) winner: string | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;

  @OneToMany(() => Decision, (decision) => decision.experiment) decisions: Relation<Decision>[];
}
