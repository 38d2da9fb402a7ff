import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { RandomizedExperiment } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A decision with a random mode, and the prediction of the scores. */
export type NewControl = Pick<RandomizedExperiment, 'predictedMode' | 'actualMode' | 'predictedOutcome'> & {
  decisionId: string;
};

/** The learning system's control group: decisions with a random mode, to compare predictions with outcomes (003). */
@Injectable()
export class ControlGroupService {
  constructor(@InjectRepository(RandomizedExperiment) private readonly controls: Repository<RandomizedExperiment>) {}

  /**
   * @param manager of the transaction that writes the decision. Default: no transaction
   * @throws DecisionAlreadyRandomizedError
   * @throws ConflictError if the decision does not exist
   */
  async record(control: NewControl, manager: EntityManager = this.controls.manager): Promise<RandomizedExperiment> {
    return manager.save(manager.create(RandomizedExperiment, control)).catch(throwDomainError);
  }

  /**
   * Records the outcome of a decision.
   *
   * @throws NotFoundError if the decision is not in the control group
   */
  async complete(decisionId: string, actualOutcome: number): Promise<void> {
    const { affected } = await this.controls.update({ decisionId }, { actualOutcome }).catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('randomized decision', decisionId);
  }
}
