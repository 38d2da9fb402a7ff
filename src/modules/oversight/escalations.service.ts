import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type DeepPartial, In, type Repository } from 'typeorm';
import { Escalation } from '../../entities';
import { ESCALATION_PRIORITIES, type EscalationStatus } from '../../entities/oversight/enumerations';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';

/** Nothing happens to an escalation any more that is resolved or dismissed. */
export class EscalationClosedError extends ConflictError {
  constructor({ id, status }: Pick<Escalation, 'id' | 'status'>) {
    super(`The escalation ${id} is already closed: its status is ${status}.`);
  }
}

/** What is to be looked at, and why. Default: of medium priority, and about nothing in particular. */
export type NewEscalation = Pick<Escalation, 'reason'> &
  Partial<Pick<Escalation, 'priority' | 'postId' | 'decisionId' | 'replyId'>>;

const NOT_CLOSED: EscalationStatus[] = ['OPEN', 'IN_PROGRESS'];

/** What a person has to look at (003): opened, taken on by somebody, closed by somebody. */
@Injectable()
export class EscalationsService {
  constructor(@InjectRepository(Escalation) private readonly escalations: Repository<Escalation>) {}

  /** @throws ConflictError where what it is about does not exist */
  async open(escalation: NewEscalation): Promise<Escalation> {
    return this.escalations.save(this.escalations.create(escalation)).catch(throwDomainError);
  }

  /** What waits for somebody, the most urgent first, and of equally urgent ones the oldest. */
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
   * Somebody takes it on, or over from somebody else.
   *
   * @throws NotFoundError
   * @throws EscalationClosedError
   */
  async assign(id: string, person: string): Promise<Escalation> {
    return this.change(id, { status: 'IN_PROGRESS', assignedTo: person });
  }

  /**
   * Somebody has done something about it.
   *
   * @param notes what that was
   * @throws NotFoundError
   * @throws EscalationClosedError
   */
  async resolve(id: string, person: string, notes: string, now: Date = new Date()): Promise<Escalation> {
    return this.change(id, { status: 'RESOLVED', resolvedBy: person, resolutionNotes: notes, resolvedAt: now });
  }

  /** Nothing need be done about it. Throws as `resolve`. */
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
