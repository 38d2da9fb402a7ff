import type { Client } from 'pg';
import { AUTO_APPROVAL_SCORE, RepliesService } from '../../../src/modules/social/replies.service';
import { insert, type Row } from '../../entities/rows';
import { draft, eachWithoutReplies, newDecision, NOW, stored } from './drafts';

let client: Client;
let replies: RepliesService;

eachWithoutReplies((served) => ({ client, replies } = served));

describe('the rule', () => {
  const GOOD = { composite_score: AUTO_APPROVAL_SCORE };

  it('approves what scores well', async () => {
    const id = await draft({ decisionId: (await newDecision(GOOD)).id as string });
    expect(await replies.autoApprove(id, NOW)).toBe(true);
    expect(await stored(id)).toMatchObject({
      approval_status: 'AUTO_APPROVED',
      approved_by: null,
      approved_at: NOW,
    });
  });

  it.each<[string, Row]>([
    ['does not score well', { composite_score: AUTO_APPROVAL_SCORE - 0.01 }],
    ['asks for care', { ...GOOD, safety_flags: ['distress'] }],
    ['goes to a power user', { ...GOOD, is_power_user: true }],
  ])('leaves to a person what %s', async (_, columns) => {
    const id = await draft({ decisionId: (await newDecision(columns)).id as string });
    expect(await replies.autoApprove(id, NOW)).toBe(false);
    expect(await stored(id)).toMatchObject({ approval_status: 'PENDING', approved_at: null });
  });

  it('leaves to a person what has lost its decision', async () => {
    const id = await draft({ decisionId: (await newDecision(GOOD)).id as string });
    await client.query('DELETE FROM decisions');
    expect(await replies.autoApprove(id, NOW)).toBe(false);
  });

  it.each(['post', 'decision', 'reply'] as const)('leaves to a person what is escalated by its %s', async (by) => {
    const decision = await newDecision(GOOD);
    const id = await draft({ decisionId: decision.id as string });
    const ids = { post: decision.post_id, decision: decision.id, reply: id };
    await insert(client, 'escalations', { [`${by}_id`]: ids[by], status: 'IN_PROGRESS' });
    expect(await replies.autoApprove(id, NOW)).toBe(false);
    await client.query("UPDATE escalations SET status = 'DISMISSED', resolved_at = now()");
    expect(await replies.autoApprove(id, NOW)).toBe(true);
  });
});
