import type { Client } from 'pg';
import { insert, type Row } from '../entities/rows';

export const DAY = 24 * 3_600_000;

/** What the archive is about, in an order in which rows may be compared. */
export const TABLES = ['posts', 'decisions', 'competitive_mentions', 'kpi_metrics', 'audit_logs'] as const;

/** Text that a careless format would spoil. */
export const AWKWARD = `"quoted", \\n 'and' \n\r\t{} [ ], ünï✓ 𝒰 \u2028 \\\\. ]`;

/** A post of that time, with a decision, a mention, and a reply, an escalation and an experiment that refer to it. */
export async function insertPost(client: Client, detectedAt: string): Promise<Row> {
  const metrics = { big: 12345678901234567890n.toString(), nested: [{ text: AWKWARD, none: null }] };
  const post = await insert(client, 'posts', {
    detected_at: detectedAt,
    created_at: detectedAt,
    content: AWKWARD,
    keyword_matches: [AWKWARD, 'NULL', ''],
    raw_metrics: metrics,
  });
  await client.query(
    `UPDATE posts SET raw_metrics = raw_metrics || '{"exact": 0.1000000000000000055511151231257827021181583404541015625}' WHERE id = $1`,
    [post.id],
  );
  const decision = await insert(client, 'decisions', { post_id: post.id, composite_score: 0.1 + 0.2 });
  await insert(client, 'competitive_mentions', { post_id: post.id });
  await insert(client, 'replies', { decision_id: decision.id });
  await insert(client, 'randomized_experiments', { decision_id: decision.id });
  await insert(client, 'escalations', { post_id: post.id, decision_id: decision.id });
  return post;
}

/** The rows of a table to the digit, as one text each. */
export async function rowsOf(client: Client, table: string, where = 'true'): Promise<string[]> {
  await client.query(`SET TimeZone = 'UTC'`);
  const { rows } = await client.query<{ row: string }>(
    `SELECT rows::text AS row FROM ${client.escapeIdentifier(table)} AS rows WHERE ${where} ORDER BY id`,
  );
  return rows.map(({ row }) => row);
}

/** Who refers to posts and decisions, and to which. */
export async function references(client: Client): Promise<Row[]> {
  const { rows } = await client.query<Row>(
    `SELECT id, decision_id, NULL::uuid AS post_id FROM replies
     UNION ALL SELECT id, decision_id, NULL FROM randomized_experiments
     UNION ALL SELECT id, decision_id, post_id FROM escalations ORDER BY 1`,
  );
  return rows;
}

/** All rows of the tables that the archive is about. */
export async function everything(client: Client): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of TABLES) found[table] = await rowsOf(client, table);
  return found;
}

/** Empties the tables. */
export async function clear(client: Client): Promise<void> {
  await client.query(`BEGIN; SET LOCAL app.job = 'retention'`);
  for (const table of ['authors', 'competitors', 'replies', 'randomized_experiments', 'escalations', ...TABLES])
    await client.query(`DELETE FROM ${client.escapeIdentifier(table)}`);
  await client.query('COMMIT');
}
