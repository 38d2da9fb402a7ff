import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { LearningEvent, SegmentedWeight, WeightAdjustmentLog } from '../../entities';
import { accuracyOf } from '../../entities/experiments/learning';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** The weights of the four scores; their sum is 1. */
export type Weights = Pick<SegmentedWeight, 'sssWeight' | 'arsWeight' | 'evsWeight' | 'trsWeight'>;

/** A segment of posts: all of a platform, an hour or an author. */
export type Segment = Pick<SegmentedWeight, 'segmentType' | 'segmentKey'>;

/** What a run learned about a segment. */
export type Lesson = Segment & Weights & Pick<SegmentedWeight, 'sampleSize' | 'performance'>;

/** A run of the learning system. */
export interface Run {
  /** One per segment with enough samples; empty: nothing is adjusted. */
  lessons: readonly Lesson[];
  /** The number of segments examined. */
  totalSegments: number;
  reason: string;
  /** The performance of the weights so far, and the expected improvement by the new ones. */
  baselinePerformance: number;
  predictedImprovement: number;
}

/** For segments without weights. */
export const EQUAL_WEIGHTS: Weights = { sssWeight: 0.25, arsWeight: 0.25, evsWeight: 0.25, trsWeight: 0.25 };

/** The weights of the scores, and how they are learned (003). */
@Injectable()
export class WeightsService {
  constructor(
    @InjectRepository(SegmentedWeight) private readonly weights: Repository<SegmentedWeight>,
    @InjectRepository(LearningEvent) private readonly events: Repository<LearningEvent>,
  ) {}

  /**
   * The weights of the first segment that has any; equal weights if none has.
   *
   * @param segments the narrowest first: the author, the hour, the platform
   */
  async find(segments: readonly Segment[], manager: EntityManager = this.weights.manager): Promise<Weights> {
    if (segments.length === 0) return EQUAL_WEIGHTS;
    const found = await manager
      .findBy(
        SegmentedWeight,
        segments.map(({ segmentType, segmentKey }) => ({ segmentType, segmentKey })),
      )
      .catch(throwDomainError);
    for (const { segmentType, segmentKey } of segments) {
      const weights = found.find((one) => one.segmentType === segmentType && one.segmentKey === segmentKey);
      if (weights) return weights;
    }
    return EQUAL_WEIGHTS;
  }

  /**
   * Applies the results of a run: the segments' weights, the log of the run, and the event to evaluate later; all or nothing.
   * A run without results is only logged.
   *
   * @returns the event to evaluate; null: nothing was adjusted
   * @throws WeightsDoNotSumToOneError
   */
  async adopt(run: Run, now: Date = new Date()): Promise<LearningEvent | null> {
    const adjusted = run.lessons.length > 0;
    return this.weights.manager
      .transaction(async (manager) => {
        const old = adjusted ? await lockedWeights(manager, run.lessons) : [];
        if (adjusted) await manager.upsert(SegmentedWeight, inOrder(run.lessons), ['segmentType', 'segmentKey']);
        const [oldWeights, newWeights] = [bySegment(old), bySegment(run.lessons)];
        await manager.insert(WeightAdjustmentLog, {
          date: now,
          action: adjusted ? 'adjusted' : 'skipped',
          reason: run.reason,
          validSegments: run.lessons.length,
          totalSegments: run.totalSegments,
          sampleSizes: Object.fromEntries(run.lessons.map((lesson) => [nameOf(lesson), lesson.sampleSize])),
          oldWeights,
          newWeights,
          predictedImprovement: adjusted ? run.predictedImprovement : null,
        });
        if (!adjusted) return null;
        return manager.save(
          manager.create(LearningEvent, {
            date: now,
            adjustmentType: 'weights',
            adjustment: { from: oldWeights, to: newWeights },
            predictedImprovement: run.predictedImprovement,
            baselinePerformance: run.baselinePerformance,
          }),
        );
      })
      .catch(throwDomainError);
  }

  /**
   * Records the effect of an adjustment.
   *
   * @param performance the performance of the new weights, on the scale of the baseline
   * @throws NotFoundError
   * @throws ConflictError if it has already been evaluated
   */
  async evaluate(eventId: string, performance: number, now: Date = new Date()): Promise<LearningEvent> {
    return this.events.manager
      .transaction(async (manager) => {
        const event = await manager.findOne(LearningEvent, {
          where: { id: eventId },
          lock: { mode: 'pessimistic_write' },
        });
        if (!event) throw new NotFoundError('learning event', eventId);
        if (event.evaluatedAt) throw new ConflictError('This learning event has already been evaluated.');
        const actualImprovement = performance - event.baselinePerformance;
        const accuracy = accuracyOf(event.predictedImprovement, actualImprovement);
        return manager.save(manager.merge(LearningEvent, event, { actualImprovement, accuracy, evaluatedAt: now }));
      })
      .catch(throwDomainError);
  }
}

/** Nobody else changes them until the transaction ends. */
function lockedWeights(manager: EntityManager, segments: readonly Segment[]): Promise<SegmentedWeight[]> {
  return manager.find(SegmentedWeight, {
    where: segments.map(({ segmentType, segmentKey }) => ({ segmentType, segmentKey })),
    order: { segmentType: 'ASC', segmentKey: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

/**
 * In one order, so that two runs at once wait for each other and don't lock each other out; copies, since TypeORM would
 * write into them what the database adds.
 */
function inOrder(lessons: readonly Lesson[]): Lesson[] {
  return lessons.map((lesson) => ({ ...lesson })).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function bySegment(segments: readonly (Segment & Weights)[]): Record<string, Weights> {
  return Object.fromEntries(
    segments.map((segment) => {
      const { sssWeight, arsWeight, evsWeight, trsWeight } = segment;
      return [nameOf(segment), { sssWeight, arsWeight, evsWeight, trsWeight }];
    }),
  );
}

function nameOf({ segmentType, segmentKey }: Segment): string {
  return `${segmentType}:${segmentKey}`;
}
