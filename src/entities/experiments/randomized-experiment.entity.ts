import { Entity, type Relation } from 'typeorm';
import { Double, Enumeration, Reference } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey } from '../columns';
import { Decision } from '../social/decision.entity';
import { OPERATIONAL_MODES, type OperationalMode } from '../social/enumerations';

/**
 * What came of a decision whose mode was drawn by lot, beside what the scores had foretold: the learning system's control
 * group. Written with the decision, completed when the outcome is known; at most one a decision. (003)
 */
@Entity('randomized_experiments')
@BackendOnly()
export class RandomizedExperiment {
  @PrimaryKey() id: string;

  /** The decision; null: that has been archived, which happens after 90 days. */
  @Reference(() => Decision, { inverse: 'randomizedExperiment', onDelete: 'SET NULL', nullable: true, unique: true })
  decision: Relation<Decision> | null;
  decisionId: string | null;

  /** The mode that the scores would have given. */
  @Enumeration(OPERATIONAL_MODES) predictedMode: OperationalMode;

  /** The mode that was drawn. */
  @Enumeration(OPERATIONAL_MODES) actualMode: OperationalMode;

  /** The outcome that was foretold for the predicted mode. */
  @Double() predictedOutcome: number;

  /** The outcome of the mode drawn, on the same scale; null: not known yet. */
  @Double({ nullable: true }) actualOutcome: number | null;

  @CreatedAt() createdAt: Date;
}
