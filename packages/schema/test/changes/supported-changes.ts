/**
 * Writes docs/schema-changes.md, the list of cases with TypeORM's own result beside each, after trying TypeORM's schema
 * builder on every one:
 *
 *     node --conditions=entity-backend --require ./typescript.js packages/schema/test/changes/supported-changes.ts
 */
import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { openMemory } from '@entity-backend/embedded-postgres';
import type { SchemaCase } from './case';
import { cases, casesByKind } from './cases';
import { typeOrmIndex } from '../entities';
import { clear, stockChanges } from '../schemas';

/** What TypeORM's own schema builder makes of a change: its statements, or its error. */
type StockResult = string[] | { error: string };

export const PAGE = join(__dirname, '../../../../docs/schema-changes.md');
const RESULTS = join(__dirname, 'typeorm-results');

/** The results by the cases' titles, as they were recorded. */
export function recordedResults(): Record<string, StockResult> {
  return Object.assign(
    {},
    ...Object.keys(casesByKind).map((kind) => JSON.parse(readFileSync(fileOf(kind), 'utf8')) as object),
  ) as Record<string, StockResult>;
}

/** The results of a kind of cases. */
function fileOf(kind: string): string {
  return join(RESULTS, `${kind.toLowerCase().replace(/\W+/g, '-')}.json`);
}

export async function stockResult(url: string, change: SchemaCase): Promise<StockResult> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await clear(client);
    // TypeORM is not asked to install it: that would fail without a word.
    await client.query('CREATE EXTENSION vector');
    const result = await stockChanges(
      url,
      change.before(typeOrmIndex),
      change.after(typeOrmIndex),
      change.byHand ?? '',
    );
    return result instanceof Error
      ? { error: result.message }
      : result.filter((sql) => !sql.includes('typeorm_metadata'));
  } finally {
    await client.end();
  }
}

/** The page, in Markdown. */
export function page(results: Record<string, StockResult>): string {
  const unseen = cases.filter(({ title, up }) => isEmpty(results[title]) && Object.keys(up).length > 0);
  const lossy = cases.filter((change) => losesValues(results[change.title], change));
  const failed = cases.filter(({ title }) => !Array.isArray(results[title]));
  const sections = Object.entries(casesByKind).map(
    ([kind, changes]) => `## ${kind}\n\n${changes.map((change) => entry(change, results[change.title])).join('\n\n')}`,
  );
  return `# Entity changes that the generator supports

${cases.length} changes, taken from TypeORM's issues and from what the tests of migra, Drizzle Kit and Atlas try. Each is a test
(\`packages/schema/test/changes\`): entities before and after, rows in between. The statements are those of the migrations that
\`npm run migration:generate\` writes; the rows survive, generating again finds nothing, and the way down leads back. A danger has to
be acknowledged before the migration is written. What stands behind "outside a transaction" or "then" is a migration of its own: an
index of a table in use is built without a lock, and a constraint is validated without one. Of a long statement the first line is
shown.

Under each change is what TypeORM's own schema builder generates for it, as recorded by running it. It misses
${unseen.length} of them, loses the values of a column in ${lossy.length}, and fails in ${failed.length}.

${sections.join('\n\n')}
`;
}

function entry(change: SchemaCase, result: StockResult): string {
  return `**${change.title}** (${change.source})\n\n${oursOf(change)}\n- TypeORM: ${stockOf(result, change)}`;
}

const PHASES = { main: '', concurrent: 'outside a transaction: ', validate: 'then: ', 'validate again': 'then: ' };

function oursOf({ up, hazards = [] }: SchemaCase): string {
  const stages = Object.entries(up).map(
    ([phase, statements]) => PHASES[phase as keyof typeof PHASES] + statements.map(code).join('; '),
  );
  const danger = hazards.length ? [`danger: ${hazards.join(', ')}`] : [];
  return [...(stages.length ? stages : ['no changes']), ...danger].map((line) => `- ${line}`).join('\n');
}

function stockOf(result: StockResult, change: SchemaCase): string {
  if (!Array.isArray(result)) return `error: ${result.error}`;
  if (isEmpty(result)) return 'no changes';
  return `${losesValues(result, change) ? 'loses the values: ' : ''}${result.map(code).join('; ')}`;
}

const isEmpty = (result: StockResult): boolean => Array.isArray(result) && result.length === 0;

/** Whether a column is dropped and added again, empty, though its values can be kept. */
function losesValues(result: StockResult, { hazards }: SchemaCase): boolean {
  if (!Array.isArray(result) || hazards?.includes('drop-column')) return false;
  return result.some((statement) => {
    const column = /DROP COLUMN ("[^"]+")$/.exec(statement)?.[1];
    return (
      column !== undefined && result.some((other) => other.includes(` ADD ${column} `) && !other.includes('GENERATED'))
    );
  });
}

/** The first line of a statement. */
function code(sql: string): string {
  const [first, ...rest] = sql.trim().split('\n');
  const fence = first.includes('`') ? '``' : '`';
  return `${fence}${first}${fence}${rest.length ? ' …' : ''}`;
}

async function record(): Promise<void> {
  const database = await openMemory();
  try {
    const results: Record<string, StockResult> = {};
    for (const change of cases) results[change.title] = await stockResult(database.url, change);
    // Not for jest, which can't load it.
    const prettier = await import('prettier');
    for (const [kind, changes] of Object.entries(casesByKind)) {
      const format = await prettier.resolveConfig(fileOf(kind));
      const ofKind = Object.fromEntries(changes.map(({ title }) => [title, results[title]]));
      writeFileSync(fileOf(kind), await prettier.format(JSON.stringify(ofKind), { ...format, parser: 'json' }));
    }
    writeFileSync(PAGE, page(results));
  } finally {
    await database.close();
  }
}

if (require.main === module) {
  record().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
