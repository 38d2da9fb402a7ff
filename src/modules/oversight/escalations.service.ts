import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type DeepPartial, In, type Repository } from 'typeorm';
import { Escalation } from '../../entities';
import { ESCALATION_PRIORITIES, type EscalationStatus } from '../../entities/oversight/enumerations';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** A resolved or dismissed escalation can't be changed. */
export class EscalationClosedError extends ConflictError {
  constructor({ id, status }: Pick<Escalation, 'id' | 'status'>) {
    super(`The escalation ${id} is already closed: its status is ${status}.`);
  }
}

/** A new escalation. Default: medium priority, and not about a particular row. */
export type NewEscalation = Pick<Escalation, 'reason'> &
  Partial<Pick<Escalation, 'priority' | 'postId' | 'decisionId' | 'replyId'>>;

const NOT_CLOSED: EscalationStatus[] = ['OPEN', 'IN_PROGRESS'];

/** Escalations to the team (003): opened, assigned, then resolved or dismissed. */
@Injectable()
export class EscalationsService {
  constructor(@InjectRepository(Escalation) private readonly escalations: Repository<Escalation>) {}

  /** @throws ConflictError if a row it refers to does not exist */
  async open(escalation: NewEscalation): Promise<Escalation> {
    return this.escalations.save(this.escalations.create(escalation)).catch(throwDomainError);
  }

  /** The escalations that are not closed, the most urgent first, then the oldest. */
  async waiting(limit: number): Promise<Escalation[]> {
    return this.escalations
      .createQueryBuilder('escalation')
      .where({ status: In(NOT_CLOSED) })
      .orderBy('array_position(ARRAY[:...priorities]::text[], escalation.priority)', 'DESC')
      .setParameters({ priorities: ESCALATION_PRIORITIES })
      .addOrderBy('escalation.createdAt')
      .addOrderBy('escalation.id')
      .take(limit)
      .getMany()
      .catch(throwDomainError);
  }

  /**
   * Assigns it to a person, or to another person.
   *
   * @throws NotFoundError
   * @throws EscalationClosedError
   */
  async assign(id: string, person: string): Promise<Escalation> {
    return this.change(id, { status: 'IN_PROGRESS', assignedTo: person });
  }

  /**
   * Resolves it.
   *
   * @param notes what was done
   * @throws NotFoundError
   * @throws EscalationClosedError
   */
  async resolve(id: string, person: string, notes: string, now: Date = new Date()): Promise<Escalation> {
    return this.change(id, { status: 'RESOLVED', resolvedBy: person, resolutionNotes: notes, resolvedAt: now });
  }

  /** Closes it without action. Throws as `resolve`. */
  async dismiss(id: string, person: string, notes: string | null = null, now: Date = new Date()): Promise<Escalation> {
    return this.change(id, { status: 'DISMISSED', resolvedBy: person, resolutionNotes: notes, resolvedAt: now });
  }

  private async change(id: string, change: DeepPartial<Escalation>): Promise<Escalation> {
    return this.escalations.manager
      .transaction(async (manager) => {
        const escalation = await manager.findOne(Escalation, { where: { id }, lock: { mode: 'pessimistic_write' } });
        if (!escalation) throw new NotFoundError('escalation', id);
        if (!NOT_CLOSED.includes(escalation.status)) throw new EscalationClosedError(escalation);
        return manager.save(manager.merge(Escalation, escalation, change));
      })
      .catch(throwDomainError);
  }
}
