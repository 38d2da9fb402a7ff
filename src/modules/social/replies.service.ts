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

/** The minimum composite score for automatic approval. 003 leaves the rule open. */
export const AUTO_APPROVAL_SCORE = 0.7;

/** The reply has already been approved or rejected. */
export class ReplyNotPendingError extends ConflictError {
  constructor({ id, approvalStatus }: Pick<Reply, 'id' | 'approvalStatus'>) {
    super(`The reply ${id} is no longer waiting for approval: it is ${approvalStatus}.`);
  }
}

/** A new reply. Default: a comment, with the decision's archetype. */
export type NewReply = Pick<Reply, 'content'> &
  Partial<Pick<Reply, 'archetype' | 'replyType'>> & { decisionId: string };

/** Replies (003): drafted, approved by a person or automatically, posted, deleted with a reason. */
@Injectable()
export class RepliesService {
  constructor(
    @InjectRepository(Reply) private readonly replies: Repository<Reply>,
    private readonly competitors: CompetitorsService,
  ) {}

  /**
   * Creates a reply that waits for approval, with its own UTM code.
   *
   * @throws UnsignedReplyError, MedicalClaimError, BrokenRulesError for invalid content
   * @throws NotFoundError if the decision does not exist
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

  /** The replies that wait for approval, the oldest first. */
  async waiting(request: PageRequest = {}): Promise<Page<Reply>> {
    // Literally the predicate of idx_replies_waiting: with parameters the planner could not use the index.
    const where = `approval_status = 'PENDING' AND deleted_at IS NULL`;
    return pageOf(this.replies.manager, Reply, { where, by: 'createdAt', order: 'ASC' }, request);
  }

  /**
   * Approves a reply.
   *
   * @param person the name of the person who approves
   * @throws NotFoundError if it does not exist, or is deleted
   * @throws ReplyNotPendingError
   */
  async approve(id: string, person: string, now: Date = new Date()): Promise<Reply> {
    return this.judge(id, { approvalStatus: 'APPROVED', approvedBy: person, approvedAt: now });
  }

  /** Rejects a reply. Throws as `approve`. */
  async reject(id: string, person: string, now: Date = new Date()): Promise<Reply> {
    return this.judge(id, { approvalStatus: 'REJECTED', approvedBy: person, approvedAt: now });
  }

  /**
   * Approves a reply automatically if its decision scores at least AUTO_APPROVAL_SCORE, has no safety flags, is not about a power
   * user, and has no open escalation. Otherwise the reply keeps waiting for a person. Throws as `approve`.
   *
   * @returns whether it was approved
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
   * Records that it was posted, and marks the competitors' mentions in its post as replied to. A second call changes nothing.
   *
   * @throws NotFoundError if it does not exist, or is deleted
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
   * Marks it as deleted, whether or not it was posted; the row stays.
   *
   * @throws NotFoundError if it does not exist, or is already deleted
   */
  async softDelete(id: string, reason: string): Promise<void> {
    await this.change(id, async (reply, manager) => {
      reply.deleteReason = reason;
      await manager.softRemove(await manager.save(reply));
    });
  }

  /**
   * Replaces the platform's metrics for it.
   *
   * @throws NotFoundError if it does not exist, or is not posted
   */
  async recordMetrics(id: string, metricsJson: Record<string, unknown>): Promise<void> {
    const { affected } = await this.replies
      .update({ id, postedAt: Not(IsNull()) }, { metricsJson: metricsJson as object })
      .catch(throwDomainError);
    if (affected === 0) throw new NotFoundError('posted reply', id);
  }

  /** Counts one more person whom it helped. Throws as `recordMetrics`. */
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

  /** Locks and changes a reply. */
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

/** Checked before the entity's rules, which have no specific errors for these two. */
function checkContent(content: string): void {
  if (!content.includes(SIGNATURE)) throw new UnsignedReplyError(`A reply must be signed with ${SIGNATURE}.`);
  const claim = MEDICAL_CLAIMS.find((words) => content.toLowerCase().includes(words));
  if (claim) throw new MedicalClaimError(`A reply must not make a medical claim: remove "${claim}".`);
}

/** `vita-reddit-coach-1f4a90c2b7de`. */
function newUtmCode(platform: Platform, archetype: Archetype | null): string {
  return ['vita', platform, ...(archetype ? [archetype] : []), randomBytes(6).toString('hex')].join('-').toLowerCase();
}

/** The decision with its post. */
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
