import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { Experiment } from '../../entities';
import type { ExperimentStatus } from '../../entities/experiments/enumerations';
import { ConflictError, InvalidInputError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { variantOf } from './variant';

/** The change of status is not allowed. */
export class IllegalExperimentStepError extends ConflictError {
  constructor({ name, status }: Pick<Experiment, 'name' | 'status'>, next: ExperimentStatus) {
    super(`The experiment ${JSON.stringify(name)} is ${status}: it can't become ${next}.`);
  }
}

/** A new experiment. Default: half of the traffic for each variant. */
export type NewExperiment = Pick<Experiment, 'name' | 'variantA' | 'variantB' | 'metric'> &
  Partial<Pick<Experiment, 'description' | 'trafficSplit' | 'startDate' | 'endDate'>>;

/** The result of an experiment. */
export interface Result {
  /** The figures of both variants. */
  results: Record<string, unknown>;
  /** One of the two variants; null: neither. */
  winner: string | null;
}

/** The allowed changes of status. */
const NEXT_STATUSES: Readonly<Record<ExperimentStatus, readonly ExperimentStatus[]>> = {
  DRAFT: ['RUNNING'],
  RUNNING: ['PAUSED', 'COMPLETED'],
  PAUSED: ['RUNNING', 'COMPLETED'],
  COMPLETED: [],
};

/** Experiments with two variants (003). */
@Injectable()
export class ExperimentsService {
  constructor(@InjectRepository(Experiment) private readonly experiments: Repository<Experiment>) {}

  /**
   * @throws DuplicateExperimentError if one with this name exists
   * @throws InvalidInputError if both variants are the same, or the end is before the start
   */
  async create(experiment: NewExperiment): Promise<Experiment> {
    if (experiment.variantA === experiment.variantB)
      throw new InvalidInputError('The two variants of an experiment must have different names.');
    return this.experiments.save(this.experiments.create(experiment)).catch(throwDomainError);
  }

  /**
   * Starts or resumes an experiment. If its start is in the future, it starts now.
   *
   * @throws NotFoundError
   * @throws IllegalExperimentStepError if it is already running, or completed
   * @throws InvalidInputError if its end is in the past
   */
  async start(id: string, now: Date = new Date()): Promise<Experiment> {
    return this.change(id, 'RUNNING', (experiment) => {
      if (experiment.startDate === null || experiment.startDate > now) experiment.startDate = now;
      if (experiment.endDate && experiment.endDate <= now)
        throw new InvalidInputError("The experiment's end date is in the past: give it a later one.");
    });
  }

  /** Pauses it: it assigns no variants until it is started again. Throws as `start`. */
  async pause(id: string): Promise<Experiment> {
    return this.change(id, 'PAUSED');
  }

  /**
   * Completes an experiment. It ends now, if it has not ended before.
   *
   * @throws NotFoundError
   * @throws IllegalExperimentStepError if it has not started, or is completed
   * @throws InvalidInputError if the winner is not one of its variants
   */
  async complete(id: string, { results, winner }: Result, now: Date = new Date()): Promise<Experiment> {
    return this.change(id, 'COMPLETED', (experiment) => {
      if (winner !== null && winner !== experiment.variantA && winner !== experiment.variantB)
        throw new InvalidInputError('The winner must be one of the two variants, or null.');
      if (experiment.endDate === null || experiment.endDate > now) experiment.endDate = now;
      experiment.resultsJson = results;
      experiment.winner = winner;
    });
  }

  /**
   * Changes the share of subjects that get variant B. As few subjects as possible change their variant.
   *
   * @throws NotFoundError
   * @throws ConflictError if the experiment is completed
   */
  async changeTrafficSplit(id: string, trafficSplit: number): Promise<Experiment> {
    return this.locked(id, (experiment) => {
      if (experiment.status === 'COMPLETED') throw new ConflictError('The experiment is completed: start a new one.');
      experiment.trafficSplit = trafficSplit;
    });
  }

  /**
   * The variant for a subject (`variantOf`); null: the experiment is not running at this time.
   *
   * @param manager of the transaction to join. Default: no transaction
   * @throws NotFoundError
   */
  async assign(
    id: string,
    subject: string,
    now: Date = new Date(),
    manager: EntityManager = this.experiments.manager,
  ): Promise<string | null> {
    const experiment = await manager.findOneBy(Experiment, { id }).catch(throwDomainError);
    if (!experiment) throw new NotFoundError('experiment', id);
    const { status, startDate, endDate } = experiment;
    const runs = status === 'RUNNING' && (!startDate || startDate <= now) && (!endDate || now < endDate);
    return runs ? variantOf(experiment, subject) : null;
  }

  private async change(
    id: string,
    status: ExperimentStatus,
    apply: (experiment: Experiment) => void = () => undefined,
  ): Promise<Experiment> {
    return this.locked(id, (experiment) => {
      if (!NEXT_STATUSES[experiment.status].includes(status)) throw new IllegalExperimentStepError(experiment, status);
      apply(experiment);
      experiment.status = status;
    });
  }

  private async locked(id: string, apply: (experiment: Experiment) => void): Promise<Experiment> {
    return this.experiments.manager
      .transaction(async (manager) => {
        const experiment = await manager.findOne(Experiment, { where: { id }, lock: { mode: 'pessimistic_write' } });
        if (!experiment) throw new NotFoundError('experiment', id);
        apply(experiment);
        return manager.save(experiment);
      })
      .catch(throwDomainError);
  }
}
