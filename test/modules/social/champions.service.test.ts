import type { TestingModule } from '@nestjs/testing';
import type { Client } from 'pg';
import { ADVOCATE_STATUSES, type AdvocateStatus } from '../../../src/entities/social/enumerations';
import { ConflictError, InvalidInputError, NotFoundError } from '../../../src/http/errors/domain-errors';
import { AlreadyChampionError } from '../../../src/modules/social/violations';
import { ChampionsService, IllegalChampionStepError } from '../../../src/modules/social/champions.service';
import { SocialModule } from '../../../src/modules/social/social.module';
import { migratedDatabase, type TestDatabase } from '../../databases';
import { insert, type Row } from '../../entities/rows';
import { moduleOn } from '../../module-on';

const NOW = new Date('2026-03-01T12:00:00Z');
const LATER = new Date('2026-03-02T12:00:00Z');
const NOBODY = '00000000-0000-4000-8000-000000000000';

let database: TestDatabase;
let client: Client;
let app: TestingModule;
let champions: ChampionsService;

beforeAll(async () => {
  database = await migratedDatabase();
  client = await database.connect();
  app = await moduleOn(database, SocialModule);
  champions = app.get(ChampionsService);
});

beforeEach(async () => {
  await client.query('DELETE FROM authors');
});

afterAll(async () => {
  await app.close();
  await database.close();
});

async function stored(id: string): Promise<Row> {
  return (await client.query<Row>('SELECT * FROM community_champions WHERE id = $1', [id])).rows[0];
}

async function champion(columns: Row = {}): Promise<string> {
  return (await insert(client, 'community_champions', columns)).id as string;
}

it('is nominated, invited, won, rewarded and retired, and may be invited again', async () => {
  const authorId = (await insert(client, 'authors')).id as string;
  const { id } = await champions.nominate(authorId);
  expect(await stored(id)).toMatchObject({
    author_id: authorId,
    tier: 'BRONZE',
    advocate_status: 'CANDIDATE',
    dm_sent_at: null,
    dm_response: 'NONE',
    engagement_count: 0,
  });
  await champions.recordInvitation(id, NOW);
  expect(await stored(id)).toMatchObject({ advocate_status: 'INVITED', dm_sent_at: NOW, dm_response: 'NONE' });
  await champions.recordResponse(id, 'POSITIVE');
  await champions.markSampleSent(id);
  await champions.markConverted(id);
  expect(await stored(id)).toMatchObject({
    advocate_status: 'ACTIVE',
    dm_response: 'POSITIVE',
    sample_sent: true,
    converted: true,
  });
  await champions.retire(id);
  expect(await stored(id)).toMatchObject({ advocate_status: 'INACTIVE' });
  await champions.recordInvitation(id, LATER);
  expect(await stored(id)).toMatchObject({ advocate_status: 'INVITED', dm_sent_at: LATER, dm_response: 'NONE' });
});

it.each(['NEUTRAL', 'NEGATIVE'] as const)('is inactive after a %s answer', async (answer) => {
  const id = await champion({ advocate_status: 'INVITED' });
  await champions.recordResponse(id, answer);
  expect(await stored(id)).toMatchObject({ advocate_status: 'INACTIVE', dm_response: answer });
});

describe.each<[string, AdvocateStatus[], (id: string) => Promise<unknown>]>([
  ['invited', ['CANDIDATE', 'INACTIVE'], (id) => champions.recordInvitation(id)],
  ['answering', ['INVITED'], (id) => champions.recordResponse(id, 'POSITIVE')],
  ['declining', ['INVITED'], (id) => champions.recordResponse(id, 'NEGATIVE')],
  ['retired', ['INVITED', 'ACTIVE'], (id) => champions.retire(id)],
])('is %s', (_, from, act) => {
  it.each(ADVOCATE_STATUSES)('or not, where they are %s', async (advocate_status) => {
    const id = await champion({ advocate_status });
    const before = await stored(id);
    if (from.includes(advocate_status)) return act(id);
    await expect(act(id)).rejects.toThrow(IllegalChampionStepError);
    await expect(act(id)).rejects.toThrow(advocate_status);
    expect(await stored(id)).toEqual(before);
  });
});

it('rises tier by tier, to the highest', async () => {
  const id = await champion({ tier: 'BRONZE' });
  expect(await champions.promote(id)).toMatchObject({ tier: 'SILVER' });
  expect(await champions.promote(id)).toMatchObject({ tier: 'GOLD' });
  await expect(champions.promote(id)).rejects.toThrow(IllegalChampionStepError);
  expect(await stored(id)).toMatchObject({ tier: 'GOLD' });
});

it('has each engagement counted', async () => {
  const id = await champion();
  await champions.countEngagement(id);
  await champions.countEngagement(id);
  expect(await stored(id)).toMatchObject({ engagement_count: 2 });
});

describe('a nomination', () => {
  it('is for an author who is none already', async () => {
    const authorId = (await stored(await champion())).author_id as string;
    await expect(champions.nominate(authorId, 'GOLD')).rejects.toThrow(AlreadyChampionError);
  });

  it('is for an author whom we know', async () => {
    await expect(champions.nominate(NOBODY)).rejects.toThrow(ConflictError);
  });

  it('is for a tier that there is', async () => {
    const authorId = (await insert(client, 'authors')).id as string;
    await expect(champions.nominate(authorId, 'PLATINUM' as never)).rejects.toThrow(InvalidInputError);
  });
});

it.each<[string, (id: string) => Promise<unknown>]>([
  ['promoted', (id) => champions.promote(id)],
  ['invited', (id) => champions.recordInvitation(id)],
  ['answering', (id) => champions.recordResponse(id, 'POSITIVE')],
  ['retired', (id) => champions.retire(id)],
  ['counted', (id) => champions.countEngagement(id)],
  ['sent a sample', (id) => champions.markSampleSent(id)],
  ['converted', (id) => champions.markConverted(id)],
])('is not %s where there is none', async (_, act) => {
  await expect(act(NOBODY)).rejects.toThrow(NotFoundError);
  await expect(act('a champion')).rejects.toThrow(InvalidInputError);
});
