import type { Client } from 'pg';
import { Reply } from '../../../src/entities';
import { MEDICAL_CLAIMS } from '../../../src/entities/social/reply.entity';
import { InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { MalformedCursorError } from '../../../src/http/pagination/cursor';
import { BrokenRulesError } from '../../../src/http/validation/broken-rules';
import { type NewReply, RepliesService, ReplyNotPendingError } from '../../../src/modules/social/replies.service';
import { MedicalClaimError, UnapprovedReplyError, UnsignedReplyError } from '../../../src/modules/social/violations';
import { type TestDatabase } from '../../databases';
import { insert, type Row } from '../../entities/rows';
import { plansOf } from '../plans';
import { draft, eachWithoutReplies, newDecision, NOW, LATER, NOBODY, CONTENT, posted, stored } from './drafts';

let database: TestDatabase;
let client: Client;
let replies: RepliesService;

eachWithoutReplies((served) => ({ database, client, replies } = served));

describe('a draft', () => {
  it('answers the post of its decision, in the manner of that', async () => {
    const post = await insert(client, 'posts', { platform: 'REDDIT' });
    const decisionId = (await newDecision({ post_id: post.id, archetype: 'HUMOR_LIGHT' })).id as string;
    expect(await stored(await draft({ decisionId }))).toMatchObject({
      decision_id: decisionId,
      content: CONTENT,
      platform: 'REDDIT',
      platform_post_id: post.platform_post_id,
      archetype: 'HUMOR_LIGHT',
      reply_type: 'COMMENT',
      approval_status: 'PENDING',
      approved_by: null,
      posted_at: null,
      utm_code: expect.stringMatching(/^vita-reddit-humor_light-[0-9a-f]{12}$/) as string,
    });
  });

  it('has the manner and type that it is given', async () => {
    expect(await stored(await draft({ archetype: 'COACH', replyType: 'QUOTE' }))).toMatchObject({
      archetype: 'COACH',
      reply_type: 'QUOTE',
    });
  });

  it('has a UTM code of its own, even of no manner', async () => {
    const decisionId = (await newDecision()).id as string;
    const codes = [await stored(await draft({ decisionId })), await stored(await draft({ decisionId }))];
    expect(codes[0].utm_code).toMatch(/^vita-twitter-[0-9a-f]{12}$/);
    expect(codes[0].utm_code).not.toBe(codes[1].utm_code);
  });

  it.each(MEDICAL_CLAIMS)('does not say "%s", in any case of letters; the database is not asked', async (claim) => {
    for (const words of [claim, claim.toUpperCase(), `un${claim}able`]) {
      const work = () => draft({ decisionId: NOBODY, content: `Vitamins ${words} it.\n${CONTENT}` });
      const plans = await plansOf(await database.dataSource(), () => expect(work()).rejects.toThrow(MedicalClaimError));
      expect(plans).toEqual([]);
    }
  });

  it('is signed; the database is not asked', async () => {
    const work = () => draft({ decisionId: NOBODY, content: 'Drink water. -Antone (Vita)' });
    const plans = await plansOf(await database.dataSource(), () => expect(work()).rejects.toThrow(UnsignedReplyError));
    expect(plans).toEqual([]);
  });

  it.each<[string, new (...args: never[]) => Error, Partial<NewReply>]>([
    ['longer than 1000 characters', BrokenRulesError, { content: CONTENT.padStart(1001, 'a') }],
    ['in a manner that there is not', BrokenRulesError, { archetype: 'SHOUTING' as never }],
    ['of a type that there is not', BrokenRulesError, { replyType: 'LETTER' as never }],
    ['to no decision', NotFoundError, { decisionId: NOBODY }],
    ['to what is no id', InvalidInputError, { decisionId: 'a decision' }],
  ])('is not %s', async (_, error, columns) => {
    await expect(draft(columns)).rejects.toThrow(error);
    expect((await client.query('SELECT FROM replies')).rowCount).toBe(0);
  });
});

describe('a judgement', () => {
  it('approves', async () => {
    const id = await draft();
    expect(await replies.approve(id, 'ines', NOW)).toBeInstanceOf(Reply);
    expect(await stored(id)).toMatchObject({ approval_status: 'APPROVED', approved_by: 'ines', approved_at: NOW });
  });

  it('rejects', async () => {
    const id = await draft();
    await replies.reject(id, 'ines', NOW);
    expect(await stored(id)).toMatchObject({ approval_status: 'REJECTED', approved_by: 'ines', approved_at: NOW });
  });

  it('is in the audit log', async () => {
    const id = await draft();
    await replies.approve(id, 'ines', NOW);
    const { rows } = await client.query<Row>(
      "SELECT action, details_json -> 'changes' AS changes FROM audit_logs WHERE entity_id = $1 ORDER BY action DESC",
      [id],
    );
    expect(rows).toMatchObject([
      { action: 'created' },
      { action: 'changed', changes: { approvalStatus: { before: 'PENDING', after: 'APPROVED' } } },
    ]);
  });

  describe.each<[string, (id: string) => Promise<unknown>]>([
    ['approve', (id) => replies.approve(id, 'tom')],
    ['reject', (id) => replies.reject(id, 'tom')],
    ['approve by rule', (id) => replies.autoApprove(id)],
  ])('does not %s', (_, judge) => {
    it.each(['approve', 'reject'] as const)('what somebody chose to %s', async (judgement) => {
      const id = await draft();
      await replies[judgement](id, 'ines', NOW);
      const before = await stored(id);
      await expect(judge(id)).rejects.toThrow(ReplyNotPendingError);
      expect(await stored(id)).toEqual(before);
    });

    it('what is not there, or deleted', async () => {
      await expect(judge(NOBODY)).rejects.toThrow(NotFoundError);
      const id = await draft();
      await replies.softDelete(id, 'Tone.');
      await expect(judge(id)).rejects.toThrow(NotFoundError);
    });
  });
});

describe('posting', () => {
  it('is recorded once', async () => {
    const id = await posted();
    const before = await stored(id);
    expect(before).toMatchObject({ posted_at: NOW });
    expect(await replies.markPosted(id, LATER)).toMatchObject({ postedAt: NOW });
    expect(await stored(id)).toEqual(before);
  });

  it('is open to what the rule has approved, and to what has outlived its decision', async () => {
    const id = await draft({ decisionId: (await newDecision({ composite_score: 1 })).id as string });
    await replies.autoApprove(id, NOW);
    await client.query('DELETE FROM decisions');
    expect(await replies.markPosted(id, NOW)).toMatchObject({ postedAt: NOW, decisionId: null });
  });

  it('replies to what its post says of competitors, and to nothing else', async () => {
    const decision = await newDecision();
    const mention = await insert(client, 'competitive_mentions', { post_id: decision.post_id });
    await insert(client, 'competitive_mentions');
    const id = await draft({ decisionId: decision.id as string });
    await replies.approve(id, 'ines', NOW);
    await replies.markPosted(id, NOW);
    const { rows } = await client.query<Row>('SELECT id FROM competitive_mentions WHERE replied');
    expect(rows).toEqual([{ id: mention.id }]);
  });

  it('needs approval', async () => {
    const [pending, rejected] = [await draft(), await draft()];
    await replies.reject(rejected, 'ines', NOW);
    for (const id of [pending, rejected]) {
      await expect(replies.markPosted(id, NOW)).rejects.toThrow(UnapprovedReplyError);
      expect(await stored(id)).toMatchObject({ posted_at: null });
    }
  });

  it('needs a reply', async () => {
    await expect(replies.markPosted(NOBODY, NOW)).rejects.toThrow(NotFoundError);
  });
});

describe('deleting', () => {
  it('leaves the row, with the reason, and says so in the audit log', async () => {
    const id = await posted();
    await replies.softDelete(id, 'The author asked us to.');
    const row = await stored(id);
    expect(row).toMatchObject({ delete_reason: 'The author asked us to.', posted_at: NOW });
    expect(row.deleted_at).toBeInstanceOf(Date);
    const { rows } = await client.query("SELECT FROM audit_logs WHERE entity_id = $1 AND action = 'deleted'", [id]);
    expect(rows).toHaveLength(1);
  });

  it('happens once', async () => {
    const id = await draft();
    await replies.softDelete(id, 'Tone.');
    const before = await stored(id);
    await expect(replies.softDelete(id, 'Other.')).rejects.toThrow(NotFoundError);
    expect(await stored(id)).toEqual(before);
  });
});

describe('what came of a reply', () => {
  it('is told by the latest figures, and by who was helped', async () => {
    const id = await posted();
    await replies.recordMetrics(id, { likes: 1, clicks: 1 });
    await replies.recordMetrics(id, { likes: 2 });
    await replies.countHelp(id);
    await replies.countHelp(id);
    expect(await stored(id)).toMatchObject({ metrics_json: { likes: 2 }, help_count: 2 });
  });

  it.each<[string, (id: string) => Promise<void>]>([
    ['figures', (id) => replies.recordMetrics(id, { likes: 1 })],
    ['help', (id) => replies.countHelp(id)],
  ])('is no %s before it is posted', async (_, record) => {
    for (const id of [NOBODY, await draft()]) await expect(record(id)).rejects.toThrow(NotFoundError);
  });
});

describe('waiting', () => {
  it('lists what nobody has judged, the oldest first, page by page', async () => {
    const decisionId = (await newDecision()).id as string;
    const ids: string[] = [];
    for (let reply = 0; reply < 7; reply++) ids.push(await draft({ decisionId }));
    await replies.approve(ids[1], 'ines');
    await replies.reject(ids[3], 'ines');
    await replies.softDelete(ids[4], 'Tone.');
    const first = await replies.waiting({ limit: 2 });
    const second = await replies.waiting({ limit: 2, after: first.next! });
    expect([first, second].map(({ items }) => items.map(({ id }) => id))).toEqual([
      [ids[0], ids[2]],
      [ids[5], ids[6]],
    ]);
    expect(second.next).toBeNull();
  });

  it('takes no cursor that it has not made', async () => {
    await expect(replies.waiting({ after: 'the beginning' })).rejects.toThrow(MalformedCursorError);
  });
});
