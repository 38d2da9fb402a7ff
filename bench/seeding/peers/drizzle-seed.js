// drizzle-seed, with the columns that constraints are about refined as its documentation tells.
const { doublePrecision, integer, jsonb, pgTable, text, timestamp, uuid, varchar } = require('drizzle-orm/pg-core');
const { drizzle } = require('drizzle-orm/node-postgres');
const { seed } = require('drizzle-seed');
const { Pool } = require('pg');

const [authorCount, postCount, decisionCount] = process.argv.slice(2).map(Number);

const authors = pgTable('authors', {
  id: uuid('id').primaryKey(),
  platform: text('platform').notNull(),
  platformId: varchar('platform_id', { length: 100 }).notNull(),
  handle: varchar('handle', { length: 50 }).notNull(),
  displayName: text('display_name'),
  followerCount: integer('follower_count').notNull(),
  archetypeTags: text('archetype_tags').array().notNull(),
  relationshipScore: doublePrecision('relationship_score').notNull(),
  interactionHistory: jsonb('interaction_history').notNull(),
  firstSeenAt: timestamp('first_seen_at', { withTimezone: true }).notNull(),
  lastSeenAt: timestamp('last_seen_at', { withTimezone: true }).notNull(),
});
const posts = pgTable('posts', {
  id: uuid('id').primaryKey(),
  platform: text('platform').notNull(),
  platformPostId: varchar('platform_post_id', { length: 100 }).notNull(),
  authorId: uuid('author_id')
    .notNull()
    .references(() => authors.id),
  content: text('content').notNull(),
  detectedAt: timestamp('detected_at', { withTimezone: true }).notNull(),
  processedAt: timestamp('processed_at', { withTimezone: true }),
  keywordMatches: text('keyword_matches').array().notNull(),
  keywordCategories: text('keyword_categories').array().notNull(),
  rawMetrics: jsonb('raw_metrics').notNull(),
});
const decisions = pgTable('decisions', {
  id: uuid('id').primaryKey(),
  postId: uuid('post_id')
    .notNull()
    .references(() => posts.id),
  sssScore: doublePrecision('sss_score').notNull(),
  arsScore: doublePrecision('ars_score').notNull(),
  evsScore: doublePrecision('evs_score').notNull(),
  trsScore: doublePrecision('trs_score').notNull(),
  compositeScore: doublePrecision('composite_score').notNull(),
  mode: text('mode').notNull(),
  archetype: text('archetype'),
  signalsJson: jsonb('signals_json').notNull(),
  temporalContext: jsonb('temporal_context').notNull(),
});

async function main() {
  const pool = new Pool({ connectionString: process.env.DATABASE_URL });
  await seed(drizzle(pool), { authors, posts, decisions }, { seed: 42 }).refine((f) => {
    const platform = () => f.valuesFromArray({ values: ['TWITTER', 'REDDIT', 'THREADS'] });
    const score = () => f.number({ minValue: 0, maxValue: 1, precision: 1000 });
    const json = () => f.default({ defaultValue: {} });
    return {
      authors: {
        count: authorCount,
        columns: {
          platform: platform(),
          platformId: f.uuid(),
          handle: f.string({ isUnique: true }),
          displayName: f.fullName(),
          followerCount: f.int({ minValue: 10, maxValue: 1_000_000 }),
          archetypeTags: f.valuesFromArray({ values: ['CHECKLIST', 'COACH'], arraySize: 2 }),
          relationshipScore: score(),
          interactionHistory: f.default({ defaultValue: [] }),
        },
      },
      posts: {
        count: postCount,
        columns: {
          platform: platform(),
          platformPostId: f.uuid(),
          content: f.loremIpsum({ sentencesCount: 3 }),
          keywordMatches: f.valuesFromArray({ values: ['hangover', 'headache', 'magnesium'], arraySize: 2 }),
          keywordCategories: f.valuesFromArray({ values: ['pain'], arraySize: 1 }),
          rawMetrics: json(),
        },
      },
      decisions: {
        count: decisionCount,
        columns: {
          sssScore: score(),
          arsScore: score(),
          evsScore: score(),
          trsScore: score(),
          compositeScore: score(),
          mode: f.valuesFromArray({ values: ['HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED'] }),
          archetype: f.valuesFromArray({ values: ['CHECKLIST', 'MYTHBUST', 'COACH'] }),
          signalsJson: json(),
          temporalContext: json(),
        },
      },
    };
  });
  await pool.end();
}

main();
