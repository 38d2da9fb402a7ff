import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, In, IsNull, Not, type Repository } from 'typeorm';
import { Decision, Escalation, Reply } from '../../entities';
import type { Archetype, Platform } from '../../entities/social/enumerations';
import { MEDICAL_CLAIMS, SIGNATURE } from '../../entities/social/reply.entity';
import { ConflictError, NotFoundError } from '../../http/errors/domain-errors';
import { throwDomainError } from '../../http/errors/violations';
import { type Page, pageOf, type PageRequest } from '../../http/pagination/page';
import { CompetitorsService } from '../competitors/competitors.service';
import { MedicalClaimError, UnapprovedReplyError, UnsignedReplyError } from './violations';

/** What a decision has to score, composite, for its reply to be approved by rule. 003 leaves the rule open. */
export const AUTO_APPROVAL_SCORE = 0.7;

/** Somebody has approved or rejected the reply already. */
export class ReplyNotPendingError extends ConflictError {
  constructor({ id, approvalStatus }: Pick<Reply, 'id' | 'approvalStatus'>) {
    super(`The reply ${id} is no longer waiting for approval: it is ${approvalStatus}.`);
  }
}

/** What is to be answered. Default: a comment, in the manner that the decision says. */
export type NewReply = Pick<Reply, 'content'> &
  Partial<Pick<Reply, 'archetype' | 'replyType'>> & { decisionId: string };

/** What we answer (003): drafted, approved by a person or by rule, posted, deleted again for a reason. */
@Injectable()
export class RepliesService {
  constructor(
    @InjectRepository(Reply) private readonly replies: Repository<Reply>,
    private readonly competitors: CompetitorsService,
  ) {}

  /**
   * A reply that waits for approval, with a UTM code of its own.
   *
   * @throws UnsignedReplyError, MedicalClaimError, BrokenRulesError for its content
   * @throws NotFoundError where there is no such decision
   */
  async draft({ decisionId, ...draft }: NewReply): Promise<Reply> {
    checkContent(draft.content);
    return this.replies.manager
      .transaction(async (manager) => {
        const { post, archetype } = await decisionOf(manager, decisionId);
        const { platform, platformPostId } = post;
        const stated = { archetype, ...draft, decisionId, platform, platformPostId };
        return manager.save(manager.create(Reply, { ...stated, utmCode: newUtmCode(platform, stated.archetype) }));
      })
      .catch(throwDomainError);
  }

  /** What waits for approval, the oldest first. */
  async waiting(request: PageRequest = {}): Promise<Page<Reply>> {
    // In so many words, which are those of idx_replies_waiting: a parameter might be anything.
    const where = `approval_status = 'PENDING' AND deleted_at IS NULL`;
    return pageOf(this.replies.manager, Reply, { where, by: 'createdAt', order: 'ASC' }, request);
  }

  /**
   * A person approves it.
   *
   * @param person as they are to be called
   * @throws NotFoundError where there is none, or it is deleted
   * @throws ReplyNotPendingError
   */
  async approve(id: string, person: string, now: Date = new Date()): Promise<Reply> {
    return this.judge(id, { approvalStatus: 'APPROVED', approvedBy: person, approvedAt: now });
  }

  /** A person rejects it. Throws as `approve`. */
  async reject(id: string, person: string, now: Date = new Date()): Promise<Reply> {
    return this.judge(id, { approvalStatus: 'REJECTED', approvedBy: person, approvedAt: now });
  }

  /**
   * Approves it by rule: its decision scores AUTO_APPROVAL_SCORE at least, flags nothing and is about no power user, and
   * nothing of it is escalated. What the rule does not approve goes on waiting for a person. Throws as `approve`.
   *
   * @returns whether it is approved
   */
  async autoApprove(id: string, now: Date = new Date()): Promise<boolean> {
    const reply = await this.change(id, async (pending, manager) => {
      if (pending.approvalStatus !== 'PENDING') throw new ReplyNotPendingError(pending);
      if (!(await mayApproveByRule(manager, pending))) return;
      Object.assign(pending, { approvalStatus: 'AUTO_APPROVED', approvedAt: now });
    });
    return reply.approvalStatus === 'AUTO_APPROVED';
  }

  /**
   * It has been posted, and what its post says of competitors is replied to. A second call changes nothing.
   *
   * @throws NotFoundError where there is none, or it is deleted
   * @throws UnapprovedReplyError
   */
  async markPosted(id: string, now: Date = new Date()): Promise<Reply> {
    return this.change(id, async (reply, manager) => {
      if (reply.postedAt) return;
      if (reply.approvalStatus !== 'APPROVED' && reply.approvalStatus !== 'AUTO_APPROVED')
        throw new UnapprovedReplyError(`The reply ${id} can't be posted: it is ${reply.approvalStatus}.`);
      reply.postedAt = now;
      if (!reply.decisionId) return;
      const { postId } = await manager.findOneByOrFail(Decision, { id: reply.decisionId });
      await this.competitors.markPostReplied(postId, manager);
    });
  }

  /**
   * Marks it as deleted, whether it had been posted or not; the row stays.
   *
   * @throws NotFoundError where there is none, or it is deleted already
   */
  async softDelete(id: string, reason: string): Promise<void> {
    await this.change(id, async (reply, manager) => {
      reply.deleteReason = reason;
      await manager.softRemove(await manager.save(reply));
    });
  }

  /**
   * The platform's figures of it as they are now, in the place of earlier ones.
   *
   * @throws NotFoundError where there is none, or it is not posted
   */
  async recordMetrics(id: string, metricsJson: Record<string, unknown>): Promise<void> {
    const { affected } = await this.replies
      .update({ id, postedAt: Not(IsNull()) }, { metricsJson: metricsJson as object })
      .catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('posted reply', id);
  }

  /** Somebody has said that it helped. Throws as `recordMetrics`. */
  async countHelp(id: string): Promise<void> {
    const { affected } = await this.replies
      .increment({ id, postedAt: Not(IsNull()) }, 'helpCount', 1)
      .catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('posted reply', id);
  }

  private judge(id: string, judgement: Pick<Reply, 'approvalStatus' | 'approvedBy' | 'approvedAt'>): Promise<Reply> {
    return this.change(id, (reply) => {
      if (reply.approvalStatus !== 'PENDING') throw new ReplyNotPendingError(reply);
      Object.assign(reply, judgement);
    });
  }

  /** Changes a reply while nobody else does. */
  private async change(
    id: string,
    work: (reply: Reply, manager: EntityManager) => Promise<void> | void,
  ): Promise<Reply> {
    return this.replies.manager
      .transaction(async (manager) => {
        const reply = await manager.findOne(Reply, { where: { id }, lock: { mode: 'pessimistic_write' } });
        if (!reply) throw new NotFoundError('reply', id);
        await work(reply, manager);
        return manager.save(reply);
      })
      .catch(throwDomainError);
  }
}

/** Before the entity's own rules, which tell neither of the two from any other. */
function checkContent(content: string): void {
  if (!content.includes(SIGNATURE)) throw new UnsignedReplyError(`A reply must be signed with ${SIGNATURE}.`);
  const claim = MEDICAL_CLAIMS.find((words) => content.toLowerCase().includes(words));
  if (claim) throw new MedicalClaimError(`A reply must not make a medical claim: remove "${claim}".`);
}

/** `vita-reddit-coach-1f4a90c2b7de`. */
function newUtmCode(platform: Platform, archetype: Archetype | null): string {
  return ['vita', platform, ...(archetype ? [archetype] : []), randomBytes(6).toString('hex')].join('-').toLowerCase();
}

/** With its post. */
async function decisionOf(manager: EntityManager, id: string): Promise<Decision> {
  const decision = await manager.findOne(Decision, { where: { id }, relations: { post: true } });
  if (!decision) throw new NotFoundError('decision', id);
  return decision;
}

async function mayApproveByRule(manager: EntityManager, { id, decisionId }: Reply): Promise<boolean> {
  const decision = decisionId && (await manager.findOneBy(Decision, { id: decisionId }));
  if (!decision) return false;
  const { compositeScore, safetyFlags, isPowerUser, postId } = decision;
  if (compositeScore < AUTO_APPROVAL_SCORE || safetyFlags.length > 0 || isPowerUser) return false;
  const status = In(['OPEN', 'IN_PROGRESS']);
  return !(await manager.existsBy(Escalation, [
    { replyId: id, status },
    { decisionId: decision.id, status },
    { postId, status },
  ]));
}
