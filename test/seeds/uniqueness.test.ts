import 'reflect-metadata';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { entities } from '../../src/entities';
import { type AnyRow, compileTables, scramble, type Table } from '@entity-backend/seeding';
import { factories } from '../../seeds/factories';
import { metadataOf } from './metadata';

const ROWS = 10_000_000;
/** At this one there are tables of more than ten million rows, and those that grow slowly are as large as they get. */
const SCALE = 100_000;

/** Looked up once: jest makes that slow. */
const { imul } = Math;

let tables: Map<string, Table>;

beforeAll(async () => {
  const basis = { seed: 42, referenceDate: new Date('2026-01-01T12:00:00Z') };
  tables = new Map(compileTables(await metadataOf(entities), factories, basis).map((table) => [table.name, table]));
});

/** The number that was scrambled. */
function unscramble(scrambled: number): number {
  let x = scrambled;
  x = imul(x ^ (x >>> 16), SECOND_INVERSE);
  x ^= (x >>> 15) ^ (x >>> 30);
  x = imul(x, FIRST_INVERSE);
  return (x ^ (x >>> 16)) >>> 0;
}

/** What an odd number is multiplied by to get 1, modulo 2^32. */
function inverse(odd: number): number {
  let x = odd;
  for (let i = 0; i < 5; i++) x = imul(x, 2 - imul(odd, x));
  return x;
}

const [FIRST_INVERSE, SECOND_INVERSE] = [inverse(0x7feb352d), inverse(0x846ca68b)];

it('scrambles ten million numbers so that each can be told again', () => {
  let wrong = 0;
  for (let number = 0; number < ROWS; number++) if (unscramble(scramble(number)) !== number) wrong++;
  expect(wrong).toBe(0);
});

const text = (value: unknown): string => String(value);
const lastDigits = (value: unknown): number => unscramble(Number(text(value).slice(-10)));
const platformNumber = ({ platform }: AnyRow, id: unknown): number =>
  platform === 'REDDIT' ? unscramble(parseInt(text(id).slice(3), 36)) : lastDigits(id);
/** The number of a child from its parent's, as it says it. */
const childOf = (table: Table, parent: number, ordinal = 0): number =>
  table.shape.placement!.childrenBefore(parent) + ordinal;
const keyed = (table: string, parents: string, column: string) => (row: AnyRow) =>
  childOf(tables.get(table)!, tables.get(parents)!.origin(text(row[column]))!.index);

/** How to tell a row's number from what must be unique: so no two rows have the same. null: the row has none. */
const NUMBERS: Record<string, (row: AnyRow) => number | null> = {
  'authors.handle': ({ handle }) => Number(/\d+$/.exec(text(handle))![0]) - 1,
  'authors.platform,platformId': (row) => platformNumber(row, row.platformId) - 1,
  'community_champions.authorId': keyed('community_champions', 'authors', 'authorId'),
  'conversations.id,userId': (row) => tables.get('conversations')!.origin(text(row.id))!.index,
  'conversations.shareToken': ({ shareToken }) =>
    shareToken === null ? null : unscramble(parseInt(text(shareToken).slice(-8), 16)),
  'engagement_message_queue.idempotencyKey': ({ idempotencyKey }) => {
    const [userId, , ordinal] = text(idempotencyKey).split(':');
    return childOf(
      tables.get('engagement_message_queue')!,
      tables.get('users')!.origin(userId)!.index,
      Number(ordinal),
    );
  },
  'message_embeddings.messageId': keyed('message_embeddings', 'messages', 'messageId'),
  'posts.platform,platformPostId': (row) => platformNumber(row, row.platformPostId) - 1,
  'randomized_experiments.decisionId': keyed('randomized_experiments', 'decisions', 'decisionId'),
  'replies.utmCode': ({ utmCode }) => parseInt(/[^-]+$/.exec(text(utmCode))![0], 36),
  'sessions.id': ({ id }) => tables.get('sessions')!.origin(text(id))!.index,
  'user_engagement_states.userId': keyed('user_engagement_states', 'users', 'userId'),
  'user_profiles.userId': keyed('user_profiles', 'users', 'userId'),
  'users.email': ({ email }) => Number(/(\d+)@/.exec(text(email))![1]) - 1,
  'users.ssoProvider,ssoId': ({ ssoId }) => (ssoId === null ? null : lastDigits(ssoId) - 1),
};

describe.each(Object.entries(NUMBERS))('%s', (name, numberOf) => {
  it('tells the number of the row, up to the ten millionth', () => {
    const table = tables.get(name.split('.')[0])!;
    const last = Math.min(ROWS, table.rows(SCALE)) - 1;
    const tells = (index: number): void => expect([index, null]).toContain(numberOf(table.row(index)));
    for (const index of [0, 1, 2, 3, 4, 5, last]) tells(index);
    fc.assert(fc.property(fc.nat(last), tells), { numRuns: 300 });
  });
});

it('makes no two rows that have the same of anything else that is unique', () => {
  for (const table of tables.values()) {
    const { uniques, indices } = table.shape.entity;
    for (const { columns } of [...uniques, ...indices.filter(({ isUnique }) => isUnique)]) {
      const properties = columns.map(({ propertyName }) => propertyName);
      const name = `${table.name}.${properties.join()}`;
      if (name in NUMBERS) continue;
      const rows = Array.from({ length: Math.min(30_000, table.rows(SCALE)) }, (_, index) => table.row(index));
      const values = rows
        .map((row) => properties.map((property) => row[property]))
        .filter((row) => !row.includes(null));
      expect([name, new Set(values.map((row) => JSON.stringify(row))).size]).toEqual([name, values.length]);
    }
  }
});

it('gives each table a key a row', () => {
  for (const table of tables.values()) {
    const tells = (index: number): void =>
      expect(table.origin(table.row(index)[table.shape.key.propertyName] as string)).toEqual({ seed: 42, index });
    fc.assert(fc.property(fc.nat(table.rows(SCALE) - 1), tells), { numRuns: 200 });
  }
});

it('says the same in fewer than one in 200 of a million posts', () => {
  const script = ['--require', './typescript.js', 'test/seeds/different-posts.ts', '1000000'];
  const different = Number(execFileSync(process.execPath, script, { encoding: 'utf8' }));
  expect(different).toBeGreaterThan(995_000);
  expect(different).toBeLessThanOrEqual(1_000_000);
});
