import { Check, Entity } from 'typeorm';
import { Double, Json, Moment, Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey } from '../columns';

/** When the weights of the scores were adjusted or left as they were, and why. Written by the learning system, one row a run. (003) */
@Entity('weight_adjustment_logs')
@BackendOnly()
@Check('chk_weight_adjustment_logs_segments', '"valid_segments" <= "total_segments"')
export class WeightAdjustmentLog {
  @PrimaryKey() id: string;

  /** When the run was. */
  @Moment({ index: true }) date: Date;

  /** What it did: 'adjusted', 'skipped' … */
  @Text({ notEmpty: true }) action: string;

  /** Why. */
  @Text({ notEmpty: true }) reason: string;

  /** How many segments had samples enough; no more than there are. */
  @Count() validSegments: number;

  /** How many segments there are. */
  @Count() totalSegments: number;

  /** The number of samples of each segment. */
  @Json() sampleSizes: Record<string, unknown>;

  /** The weights before. */
  @Json() oldWeights: Record<string, unknown>;

  /** The weights from then on. */
  @Json() newWeights: Record<string, unknown>;

  /** How much better they are expected to do; null: nothing was adjusted. */
  @Double({ nullable: true }) predictedImprovement: number | null;

  @CreatedAt() createdAt: Date;
}
