import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { Competitor, Decision, Post, type RandomizedExperiment } from '../../entities';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { CompetitorsService, type NewMention } from '../competitors/competitors.service';
import { ControlGroupService } from '../experiments/control-group.service';
import { ExperimentsService } from '../experiments/experiments.service';
import { type Segment, type Weights, WeightsService } from '../experiments/weights.service';
import { NOT_REPORTED } from './posts.service';

/** The post has already been processed. */
export class PostAlreadyProcessedError extends ConflictError {
  constructor({ id, processedAt }: Pick<Post, 'id' | 'processedAt'>) {
    super(`The post ${id} was already processed at ${processedAt!.toISOString()}.`);
  }
}

type Scores = Pick<Decision, 'sssScore' | 'arsScore' | 'evsScore' | 'trsScore'>;

/** A decision of the decision engine. */
export type NewDecision = Pick<Decision, 'postId' | 'mode'> &
  Scores &
  Partial<Pick<Decision, 'archetype' | 'safetyFlags' | 'signalsJson' | 'temporalContext'>> & {
    /** Default: the four scores, weighted as in the segments. */
    compositeScore?: number;
    /** The segments of the post, the narrowest first. Default: its platform. */
    segments?: readonly Segment[];
    /** Mentions of competitors, the most important first. Default: none. */
    mentions?: readonly Omit<NewMention, 'postId'>[];
    /** The experiment that it belongs to, if that is running. Default: none. */
    experimentId?: string;
    /** For a random mode: the prediction of the scores. Default: the scores decided the mode. */
    randomized?: Pick<RandomizedExperiment, 'predictedMode' | 'predictedOutcome'>;
  };

/** Decisions whether and how to answer posts (003). */
@Injectable()
export class DecisionsService {
  constructor(
    @InjectRepository(Decision) private readonly decisions: Repository<Decision>,
    private readonly competitors: CompetitorsService,
    private readonly experiments: ExperimentsService,
    private readonly controlGroup: ControlGroupService,
    private readonly weights: WeightsService,
  ) {}

  /**
   * Records the decision on a post: the decision, the mentions of competitors, the entry in the control group and the post's
   * processed_at; all or nothing. All posts of an author get the same variant.
   *
   * @throws NotFoundError if the post or the experiment does not exist
   * @throws PostAlreadyProcessedError if another worker was faster, or the post is spam or has failed for good
   * @throws BrokenRulesError
   * @throws ConflictError if a competitor does not exist
   */
  async record(decision: NewDecision, now: Date = new Date()): Promise<Decision> {
    return this.decisions.manager
      .transaction(async (manager) => {
        const post = await lockedPost(manager, decision.postId);
        if (post.processedAt) throw new PostAlreadyProcessedError(post);
        const recorded = await manager.save(await this.made(manager, decision, post, now));
        for (const mention of decision.mentions ?? [])
          await this.competitors.mention({ ...mention, postId: post.id }, manager);
        if (decision.randomized)
          await this.controlGroup.record(
            { ...decision.randomized, decisionId: recorded.id, actualMode: recorded.mode },
            manager,
          );
        await manager.update(Post, post.id, { processedAt: now, errorMessage: null, errorCount: failuresOf(post) });
        return recorded;
      })
      .catch(throwDomainError);
  }

  private async made(manager: EntityManager, decision: NewDecision, post: Post, now: Date): Promise<Decision> {
    const { compositeScore, segments, mentions = [], experimentId, randomized, ...stated } = decision;
    const variant = experimentId ? await this.experiments.assign(experimentId, post.authorId, now, manager) : null;
    return manager.create(Decision, {
      ...stated,
      compositeScore: compositeScore ?? weighted(decision, await this.weightsOf(manager, post, segments)),
      competitorDetected: mentions.length > 0 ? await nameOf(manager, mentions[0].competitorId) : null,
      isPowerUser: post.author.isPowerUser,
      experimentId: variant === null ? null : experimentId,
      experimentVariant: variant,
      isRandomizedExperiment: randomized !== undefined,
      predictedMode: randomized?.predictedMode ?? decision.mode,
    });
  }

  private weightsOf(manager: EntityManager, { platform }: Post, segments?: readonly Segment[]): Promise<Weights> {
    return this.weights.find(segments ?? [{ segmentType: 'platform', segmentKey: platform }], manager);
  }
}

/** The post with its author, locked until the transaction ends. */
async function lockedPost(manager: EntityManager, id: string): Promise<Post> {
  const post = await manager
    .createQueryBuilder(Post, 'post')
    .innerJoinAndSelect('post.author', 'author')
    .where({ id })
    .setLock('pessimistic_write', undefined, ['post'])
    .getOne();
  if (!post) throw new NotFoundError('post', id);
  return post;
}

/** The number of failed attempts, without the current one, which has succeeded. */
function failuresOf({ errorCount, errorMessage }: Post): number {
  return errorMessage === NOT_REPORTED ? errorCount - 1 : errorCount;
}

function weighted(scores: Scores, weights: Weights): number {
  const sum =
    scores.sssScore * weights.sssWeight +
    scores.arsScore * weights.arsWeight +
    scores.evsScore * weights.evsWeight +
    scores.trsScore * weights.trsWeight;
  // The sum of the weights may exceed 1 by a thousandth.
  return Math.min(sum, 1);
}

async function nameOf(manager: EntityManager, competitorId: string): Promise<string | null> {
  const competitor = await manager.findOneBy(Competitor, { id: competitorId });
  return competitor?.name ?? null;
}
