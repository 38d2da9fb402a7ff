import { Entity, OneToMany, OneToOne, type Relation } from 'typeorm';
import { Enumeration, Flag, Index, Json, Reference, Text, Texts } from '@entity-backend/schema';
import { BackendOnly } from '../access';
import { CreatedAt, PrimaryKey, Score } from '../columns';
import { Experiment } from '../experiments/experiment.entity';
import { RandomizedExperiment } from '../experiments/randomized-experiment.entity';
import { Escalation } from '../oversight/escalation.entity';
import { type Archetype, ARCHETYPES, OPERATIONAL_MODES, type OperationalMode } from './enumerations';
import { Post } from './post.entity';
import { Reply } from './reply.entity';

/**
 * Whether and how to answer a post, with the four scores that it was decided by. Written once by the decision engine;
 * it goes with its post, while the replies to it stay. (003)
 *
 * @retention as long as its post: 90 days after that was detected, then archived to JSON with it and deleted
 */
@Entity('decisions')
@BackendOnly()
@Index('idx_decisions_created_at', ['createdAt'])
export class Decision {
  @PrimaryKey() id: string;

  /** The post that it is about. */
  @Reference(() => Post, { inverse: 'decisions', onDelete: 'CASCADE' }) post: Relation<Post>;
  postId: string;

  /** The SSS score of the post, 0 to 1. */
  @Score() sssScore: number;

  /** The ARS score of the post, 0 to 1. */
  @Score() arsScore: number;

  /** The EVS score of the post, 0 to 1. */
  @Score() evsScore: number;

  /** The TRS score of the post, 0 to 1. */
  @Score() trsScore: number;

  /** The four scores by the weights of the day, 0 to 1. */
  @Score({ index: true }) compositeScore: number;

  /** How to take part. */
  @Enumeration(OPERATIONAL_MODES, { index: true }) mode: OperationalMode;

  /** The manner of the reply; null: there shall be none. */
  @Enumeration(ARCHETYPES, { nullable: true }) archetype: Archetype | null;

  /** What in the post asks for care. */
  @Texts({ default: [] }) safetyFlags: string[];

  /** The signals behind the scores. */
  @Json({ default: {} }) signalsJson: Record<string, unknown>;

  /** What the time of the post had to do with it: hour, weekday, season … */
  @Json({ default: {} }) temporalContext: Record<string, unknown>;

  /** The competitor that the post names; null: none. */
  @Text({ nullable: true }) competitorDetected: string | null;

  /** Whether the post's author was a power user at the time. */
  @Flag({ default: false }) isPowerUser: boolean;

  /** The experiment that it is part of; null: none, or it has been deleted. */
  @Reference(() => Experiment, { inverse: 'decisions', onDelete: 'SET NULL', nullable: true })
  experiment: Relation<Experiment> | null;
  experimentId: string | null;

  /** The variant that the experiment gave it; null: it is part of none. */
  @Text({ nullable: true, index: true }) experimentVariant: string | null;

  /** Whether the mode was drawn by lot instead of by the scores, so that the scores can be learnt from. */
  @Flag({ default: false, index: true }) isRandomizedExperiment: boolean;

  /** The mode that the scores alone would have given; null: it was not reckoned. */
  @Enumeration(OPERATIONAL_MODES, { nullable: true }) predictedMode: OperationalMode | null;

  @CreatedAt() createdAt: Date;

  @OneToMany(() => Reply, (reply) => reply.decision) replies: Relation<Reply>[];

  @OneToOne(() => RandomizedExperiment, (experiment) => experiment.decision)
  randomizedExperiment: Relation<RandomizedExperiment> | null;

  @OneToMany(() => Escalation, (escalation) => escalation.decision) escalations: Relation<Escalation>[];
}
