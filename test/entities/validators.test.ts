import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { validate } from 'class-validator';
import { getMetadataArgsStorage } from 'typeorm';
import type { ColumnMetadataArgs } from 'typeorm/metadata-args/ColumnMetadataArgs';
import {
  AuditLog,
  Author,
  Conversation,
  CompetitiveMention,
  Decision,
  EngagementMessage,
  entities,
  Escalation,
  Experiment,
  KpiMetric,
  LearningEvent,
  Message,
  MessageEmbedding,
  Post,
  Reply,
  ScheduledIntent,
  SegmentedWeight,
  Task,
  User,
  UserProfile,
  WeightAdjustmentLog,
} from '../../src/entities';
import { factory } from '../../seeds';
import { minimalRows } from './rows';

type Entity = (typeof entities)[number];
type Properties = Record<string, unknown>;

const storage = getMetadataArgsStorage();

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** A valid object of `entity`, with `properties` in the place of its own. */
function objectOf(entity: Entity, properties: Properties = {}): object {
  return Object.assign(new entity(), minimalOf(entity), properties);
}

/** The least that it can do without; of a table that is not of the data model, what its factory makes. */
function minimalOf(entity: Entity): object {
  const row = minimalRows[storage.filterTables(entity)[0].name!]?.();
  if (!row) return factory(entity as new () => object).build();
  const values = Object.entries(row).map(([column, value]) => [
    camelCase(column),
    typeof value === 'function' ? randomUUID() : value,
  ]);
  if (entity === MessageEmbedding) values.push(['embedding', Array(1536).fill(0.1)]);
  return Object.fromEntries(values) as object;
}

/** The properties that class-validator finds wrong. */
async function wrongProperties(entity: Entity, properties?: Properties): Promise<string[]> {
  return (await validate(objectOf(entity, properties))).map(({ property }) => property);
}

/** The columns that people and services write: not those that the database alone does. */
function writtenColumns(entity: Entity): ColumnMetadataArgs[] {
  return storage
    .filterColumns(entity)
    .filter(({ mode, propertyName }) => mode !== 'createDate' && mode !== 'updateDate' && propertyName !== 'id');
}

const column = (entity: Entity, { propertyName, options, mode }: ColumnMetadataArgs) =>
  [`${entity.name}.${propertyName}`, entity, propertyName, options, mode] as const;

const columns = entities.flatMap((entity) => writtenColumns(entity).map((args) => column(entity, args)));

it.each(entities.map((entity) => [entity.name, entity] as const))('a minimal %s is valid', async (_name, entity) => {
  expect(await wrongProperties(entity)).toEqual([]);
});

it.each(columns)(
  '%s takes null and nothing exactly where the column does',
  async (_name, entity, property, options, mode) => {
    const takesNull = options.nullable === true || mode === 'deleteDate';
    const takesNothing = takesNull || options.default !== undefined;
    // Without a password there has to be single sign-on.
    const rest = property === 'passwordHash' ? { ssoProvider: 'google', ssoId: '1' } : {};

    expect(await wrongProperties(entity, { ...rest, [property]: null })).toEqual(takesNull ? [] : [property]);
    expect(await wrongProperties(entity, { ...rest, [property]: undefined })).toEqual(takesNothing ? [] : [property]);
  },
);

const WRONG: Record<string, unknown[]> = {
  uuid: ['nonsense', 42],
  varchar: [42, {}],
  text: [42, {}],
  boolean: ['yes', 1],
  integer: [1.5, '1', NaN],
  smallint: [0.5, '1'],
  'double precision': ['0.5', NaN, Infinity],
  decimal: [0.5, 'much', '-1', '1.0000001', '1000000'],
  timestamptz: ['2025-11-21T09:00:00Z', new Date('nonsense')],
  date: ['21.11.2025', '2025-02-30', '2025-11-21T09:00:00Z', new Date()],
  jsonb: ['text', 42],
  vector: ['[0.1]', [0.1], Array(1537).fill(0.1), Array(1536).fill('0.1')],
};

/** What has to go with a property. */
const COMPANY: Record<string, Properties> = {
  ssoProvider: { ssoId: '1' },
  ssoId: { ssoProvider: 'google' },
  shareEnabled: { shareToken: 'a1b2' },
};

it.each(columns)('%s refuses a value of another type', async (_name, entity, property, options) => {
  const wrong = options.array ? ['text', [42]] : (WRONG[String(options.type)] ?? []);
  for (const value of wrong) {
    expect([value, await wrongProperties(entity, { ...COMPANY[property], [property]: value })]).toEqual([
      value,
      [property],
    ]);
  }
});

it.each(columns.filter(([, , , { length }]) => length !== undefined))(
  '%s is as long as its column at most',
  async (_name, entity, property, { type, length }) => {
    if (type !== 'varchar') return;
    const text = (property === 'passwordHash' ? '$2b$' : '').padEnd(Number(length), 'x');
    // An address can't be that long.
    if (property !== 'email') expect(await wrongProperties(entity, { [property]: text })).toEqual([]);
    expect(await wrongProperties(entity, { [property]: `${text}x` })).toEqual([property]);
  },
);

it.each(columns.filter(([, , , options]) => options.enum))(
  '%s takes the values of its list, and no others',
  async (_name, entity, property, options) => {
    // What goes with some statuses.
    const rest = { sentAt: new Date(), resolvedAt: new Date() };
    for (const value of options.enum as string[]) {
      expect(await wrongProperties(entity, { ...rest, [property]: value })).toEqual([]);
    }
    for (const value of ['nonsense', '']) {
      expect(await wrongProperties(entity, { ...rest, [property]: value })).toEqual([property]);
    }
  },
);

const signed = (text: string): string => `${text}—Antone (Vita)`;
const score = [0, 0.5, 1];
const noScore = [-0.000001, 1.000001];

/** entity, property, values it takes, values it refuses, what else the object needs */
const limits: [Entity, string, unknown[], unknown[], Properties?][] = [
  [User, 'email', ['ada@example.org'], ['Ada@example.org', ' ada@example.org', 'ada', '']],
  [User, 'passwordHash', ['$2a$12$x', '$2b$12$x', '$2y$12$x'], ['hunter2', '$2x$12$x', ' $2b$', null, undefined]],
  [User, 'ssoProvider', ['google'], ['', null, undefined], { ssoId: '1' }],
  [User, 'ssoId', ['1'], ['', null, undefined], { ssoProvider: 'google' }],
  [UserProfile, 'onboardingTier', [0, 1, 2, 3], [-1, 4]],
  [Conversation, 'shareToken', ['a1b2'], ['', null, undefined], { shareEnabled: true }],
  [Message, 'feedbackScore', [-1, 0, 1], [-2, 2]],
  [Message, 'inputTokens', [0, 1], [-1]],
  [Message, 'outputTokens', [0, 1], [-1]],
  [Message, 'costUsd', ['0', '0.000001', '999999.999999'], ['', '.5']],
  [Task, 'title', ['x', ' x '], ['', ' ', '\t\n']],
  [ScheduledIntent, 'maxExecutions', [1], [0, -1]],
  [ScheduledIntent, 'executionCount', [0], [-1]],
  [EngagementMessage, 'sentAt', [new Date()], [null, undefined], { status: 'sent' }],
  [EngagementMessage, 'retryCount', [0], [-1]],
  [Author, 'handle', ['a', 'Antone_9', 'a'.repeat(50)], ['', 'a b', 'a-b', 'é', '@a', 'a\n', 'a'.repeat(51)]],
  [Author, 'relationshipScore', score, noScore],
  [Author, 'followerCount', [0], [-1]],
  [Post, 'content', ['x', 'x'.repeat(5000), '😀'.repeat(5000)], ['', 'x'.repeat(5001)]],
  [Post, 'platformPostId', ['a', 'T3_9-z', '1'.repeat(100)], ['', 'a b', 'a/b', 'a\n', '1'.repeat(101)]],
  [Post, 'keywordMatches', [['sleep'], Array(50).fill('sleep')], [[], Array(51).fill('sleep'), Array(1).fill(42)]],
  [Decision, 'sssScore', score, noScore],
  [Decision, 'arsScore', score, noScore],
  [Decision, 'evsScore', score, noScore],
  [Decision, 'trsScore', score, noScore],
  [Decision, 'compositeScore', score, noScore],
  [
    Reply,
    'content',
    [signed(''), signed('x'.repeat(986)), signed('Clinically tested. ')],
    [
      'x'.repeat(9),
      signed('x'.repeat(987)),
      'Drink more water.',
      'Hello -Antone (Vita)',
      ...['It will cure you', 'PREVENTS it', 'Treatment', 'Clinically Proven', 'two\nlines cure'].map((claim) =>
        signed(`${claim} `),
      ),
    ],
  ],
  [Reply, 'utmCode', ['a', 'tw_2025-11'], ['', 'TW', 'a b', 'ä', 'a\n']],
  [Reply, 'helpCount', [0], [-1]],
  [CompetitiveMention, 'opportunityScore', score, noScore],
  [Experiment, 'trafficSplit', score, noScore],
  [WeightAdjustmentLog, 'validSegments', [0], [-1]],
  [WeightAdjustmentLog, 'totalSegments', [0], [-1]],
  [LearningEvent, 'accuracy', score, noScore],
  [SegmentedWeight, 'sssWeight', score, noScore],
  [SegmentedWeight, 'arsWeight', score, noScore],
  [SegmentedWeight, 'evsWeight', score, noScore],
  [SegmentedWeight, 'trsWeight', score, noScore],
  [SegmentedWeight, 'sampleSize', [0], [-1]],
  [KpiMetric, 'date', ['2025-11-21', '2024-02-29'], ['2025-02-29', '2025-13-01', '']],
  [Escalation, 'resolvedAt', [new Date()], [null, undefined], { status: 'RESOLVED' }],
  [AuditLog, 'actor', ['antone'], ['']],
];

it.each(limits.map((limit) => [`${limit[0].name}.${limit[1]}`, ...limit] as const))(
  '%s keeps its limits',
  async (_name, entity, property, takes, refuses, rest = {}) => {
    for (const value of takes) {
      expect([value, await wrongProperties(entity, { ...rest, [property]: value })]).toEqual([value, []]);
    }
    for (const value of refuses) {
      expect([value, await wrongProperties(entity, { ...rest, [property]: value })]).toEqual([value, [property]]);
    }
  },
);
