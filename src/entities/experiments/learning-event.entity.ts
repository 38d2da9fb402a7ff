import { Entity } from 'typeorm';
import { Double, Json, Moment, Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey, Score } from '../columns';

/**
 * What the learning system changed, what it expected of that and what came of it. Written with the change, completed by
 * its evaluation some time after. (003)
 */
@Entity('learning_events')
@BackendOnly()
export class LearningEvent {
  @PrimaryKey() id: string;

  /** When the change was made. */
  @Moment({ index: true }) date: Date;

  /** What kind of change it was: 'weights', 'threshold' … */
  @Text({ notEmpty: true }) adjustmentType: string;

  /** The change itself. */
  @Json() adjustment: Record<string, unknown>;

  /** How much better it was expected to do than the baseline. */
  @Double() predictedImprovement: number;

  /** How well it did before the change. */
  @Double() baselinePerformance: number;

  /** How much better it did than the baseline; null: not evaluated yet. */
  @Double({ nullable: true }) actualImprovement: number | null;

  /** How good the expectation was, from 0 to 1; null: not evaluated yet. */
  @Score({ nullable: true }) accuracy: number | null;

  /** When it was evaluated; null: not yet. */
  @Moment({ nullable: true }) evaluatedAt: Date | null;

  @CreatedAt() createdAt: Date;
}
