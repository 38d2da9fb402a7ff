import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { type NewReply, RepliesService } from '../../../src/modules/social/replies.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert, type Row } from '../../entities/rows';
import { moduleOn } from '../../module-on';

export const NOW = new Date('2026-03-01T12:00:00Z');
export const LATER = new Date('2026-03-02T12:00:00Z');
export const NOBODY = '00000000-0000-4000-8000-000000000000';
export const CONTENT = 'Drink water. —Antone (Vita)';

let client: Client;
let replies: RepliesService;

/** The service of replies on a database. */
export interface ServedReplies {
  readonly database: TestDatabase;
  readonly client: Client;
  readonly replies: RepliesService;
}

/**
 * Gives each test of the file the service, and a database without replies.
 *
 * @param use takes it, before the first test
 */
export function eachWithoutReplies(use: (served: ServedReplies) => void): void {
  let database: TestDatabase;
  let app: TestingModule;

  beforeAll(async () => {
    database = await migratedDatabase();
    client = await database.connect();
    app = await moduleOn(database, SocialModule);
    replies = app.get(RepliesService);
    use({ database, client, replies });
  });

  beforeEach(async () => {
    for (const table of ['escalations', 'replies', 'authors']) await client.query(`DELETE FROM ${table}`);
  });

  afterAll(async () => {
    await app.close();
    await database.close();
  });
}

export async function stored(id: string): Promise<Row> {
  return (await client.query<Row>('SELECT * FROM replies WHERE id = $1', [id])).rows[0];
}

export async function newDecision(columns: Row = {}): Promise<Row> {
  return insert(client, 'decisions', columns);
}

/** The id of a reply that waits. */
export async function draft(columns: Partial<NewReply> = {}): Promise<string> {
  const decisionId = columns.decisionId ?? ((await newDecision()).id as string);
  return (await replies.draft({ content: CONTENT, ...columns, decisionId })).id;
}

export async function posted(): Promise<string> {
  const id = await draft();
  await replies.approve(id, 'ines', NOW);
  await replies.markPosted(id, NOW);
  return id;
}
