import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import type { EntityManager, Repository } from 'typeorm';
import { RandomizedExperiment } from '../../entities';
import { NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A decision whose mode was drawn by lot, and what the scores foretold. */
export type NewControl = Pick<RandomizedExperiment, 'predictedMode' | 'actualMode' | 'predictedOutcome'> & {
  decisionId: string;
};

/** The learning system's control group: decisions drawn by lot, so that the scores can be judged by what they foretold (003). */
@Injectable()
export class ControlGroupService {
  constructor(@InjectRepository(RandomizedExperiment) private readonly controls: Repository<RandomizedExperiment>) {}

  /**
   * @param manager of the transaction that writes the decision. Default: none, it is recorded at once
   * @throws DecisionAlreadyRandomizedError
   * @throws ConflictError where there is no such decision
   */
  async record(control: NewControl, manager: EntityManager = this.controls.manager): Promise<RandomizedExperiment> {
    return manager.save(manager.create(RandomizedExperiment, control)).catch(throwDomainError);
  }

  /**
   * What came of the decision.
   *
   * @throws NotFoundError where the decision was not drawn by lot
   */
  async complete(decisionId: string, actualOutcome: number): Promise<void> {
    const { affected } = await this.controls.update({ decisionId }, { actualOutcome }).catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('randomized decision', decisionId);
  }
}
