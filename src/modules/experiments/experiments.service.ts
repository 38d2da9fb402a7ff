import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { Experiment } from '../../entities';
import type { ExperimentStatus } from '../../entities/experiments/enumerations';
import { ConflictError, InvalidInputError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { variantOf } from './variant';

/** The status that an experiment is to have may not follow the one that it has. */
export class IllegalExperimentStepError extends ConflictError {
  constructor({ name, status }: Pick<Experiment, 'name' | 'status'>, next: ExperimentStatus) {
    super(`The experiment ${JSON.stringify(name)} is ${status}: it can't become ${next}.`);
  }
}

/** What is to be tried. Default: half of the traffic for each variant. */
export type NewExperiment = Pick<Experiment, 'name' | 'variantA' | 'variantB' | 'metric'> &
  Partial<Pick<Experiment, 'description' | 'trafficSplit' | 'startDate' | 'endDate'>>;

/** What came of an experiment. */
export interface Result {
  /** The figures of either variant. */
  results: Record<string, unknown>;
  /** One of the two variants; null: neither. */
  winner: string | null;
}

/** Which status may follow which. */
const NEXT_STATUSES: Readonly<Record<ExperimentStatus, readonly ExperimentStatus[]>> = {
  DRAFT: ['RUNNING'],
  RUNNING: ['PAUSED', 'COMPLETED'],
  PAUSED: ['RUNNING', 'COMPLETED'],
  COMPLETED: [],
};

/** Experiments in two variants (003). */
@Injectable()
export class ExperimentsService {
  constructor(@InjectRepository(Experiment) private readonly experiments: Repository<Experiment>) {}

  /**
   * @throws DuplicateExperimentError where there is one of this name
   * @throws InvalidInputError where the variants are one, or it would end before it begins
   */
  async create(experiment: NewExperiment): Promise<Experiment> {
    if (experiment.variantA === experiment.variantB)
      throw new InvalidInputError('The two variants of an experiment must have different names.');
    return this.experiments.save(this.experiments.create(experiment)).catch(throwDomainError);
  }

  /**
   * It runs from now on, or goes on. One that was planned for later begins now.
   *
   * @throws NotFoundError
   * @throws IllegalExperimentStepError where it runs already or is completed
   * @throws InvalidInputError where its end is past
   */
  async start(id: string, now: Date = new Date()): Promise<Experiment> {
    return this.change(id, 'RUNNING', (experiment) => {
      if (experiment.startDate === null || experiment.startDate > now) experiment.startDate = now;
      if (experiment.endDate && experiment.endDate <= now)
        throw new InvalidInputError("The experiment's end date is in the past: give it a later one.");
    });
  }

  /** It assigns no variants until it is started again. Throws as `start`. */
  async pause(id: string): Promise<Experiment> {
    return this.change(id, 'PAUSED');
  }

  /**
   * It has ended, now at the latest.
   *
   * @throws NotFoundError
   * @throws IllegalExperimentStepError where it has not begun, or is completed
   * @throws InvalidInputError where the winner is none of its variants
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
   * Changes the share of subjects that get variant B. No more of them change their variant than have to.
   *
   * @throws NotFoundError
   * @throws ConflictError where the experiment is completed
   */
  async changeTrafficSplit(id: string, trafficSplit: number): Promise<Experiment> {
    return this.locked(id, (experiment) => {
      if (experiment.status === 'COMPLETED') throw new ConflictError('The experiment is completed: start a new one.');
      experiment.trafficSplit = trafficSplit;
    });
  }

  /**
   * The variant that a subject gets (`variantOf`); null: the experiment does not run, or not at this time.
   *
   * @param manager of the transaction that it shall be part of. Default: none
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
