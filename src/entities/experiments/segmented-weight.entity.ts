import { Check, Entity, Unique } from 'typeorm';
import { Double, Text } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { Count, CreatedAt, PrimaryKey, Score, UpdatedAt } from '../columns';

/**
 * What each of the four scores weighs for a segment of posts: a platform, an hour, a kind of author. Written by the
 * learning system, one row a segment; the four weights add up to 1. (003)
 */
@Entity('segmented_weights')
@BackendOnly()
@Unique(['segmentType', 'segmentKey'])
@Check('chk_segmented_weights_sum', 'abs("sss_weight" + "ars_weight" + "evs_weight" + "trs_weight" - 1) <= 0.001')
export class SegmentedWeight {
  @PrimaryKey() id: string;

  /** What the segments are told apart by: 'platform', 'time_of_day' … */
  @Text({ notEmpty: true }) segmentType: string;

  /** Which of them it is: 'TWITTER', 'morning' … */
  @Text({ notEmpty: true }) segmentKey: string;

  /** What the SSS score weighs, 0 to 1. */
  @Score() sssWeight: number;

  /** What the ARS score weighs, 0 to 1. */
  @Score() arsWeight: number;

  /** What the EVS score weighs, 0 to 1. */
  @Score() evsWeight: number;

  /** What the TRS score weighs, 0 to 1. */
  @Score() trsWeight: number;

  /** From how many samples the weights were learnt. */
  @Count({ default: 0 }) sampleSize: number;

  /** How well the weights do; null: not measured yet. */
  @Double({ nullable: true }) performance: number | null;

  @CreatedAt() createdAt: Date;
  @UpdatedAt() updatedAt: Date;
}
