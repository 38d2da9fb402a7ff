import type { Catalog } from '../../src/catalog/catalog';
import { changesBetween } from '../../src/plan/changes-between';
import type { Rename } from '../../src/plan/renames';
import { type Stage, stagesBetween } from '../../src/plan/stages';
import { databaseOfFile } from '../databases';
import type { SchemaCase } from './case';
import { cases } from './cases';
import { ourIndex } from '../entities';
import { apply, catalogOf, clear, comparable, EMPTY, renamesOf, schemaOf } from '../schemas';

const database = databaseOfFile({ roles: ['case_reader', 'case_writer'] });

test('there are as many cases as were asked for, each with a title of its own', () => {
  expect(new Set(cases.map(({ title }) => title)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThanOrEqual(60);
});

test.each(cases)('$title ($source)', async (change) => {
  await clear(database.client);
  const before = await schemaOf(database.url, change.before(ourIndex));
  const after = await schemaOf(database.url, change.after(ourIndex));
  const renames = await renamesOf(database.url, change.after(ourIndex));

  await apply(database.client, changesBetween(EMPTY, before));
  expect(changesBetween(await catalogOf(database.client), before)).toEqual([]);
  await database.client.query(change.rows ?? '');
  await database.client.query(change.byHand ?? '');

  const from = await catalogOf(database.client);
  const stages = stagesBetween(from, after, { renames });
  expect(statementsByPhase(stages)).toEqual(change.up);
  expect(hazardsOf(stages)).toEqual(change.hazards ?? []);
  expect(stagesBetween(from, after, { renames })).toEqual(stages);

  const queries = change.keeps ?? queriesForRows(from, after, renames);
  const rows = await rowsOf(queries[0]);
  const catalogs = await migrate(stages);
  expect(stagesBetween(await catalogOf(database.client), after, { renames })).toEqual([]);
  expect(await rowsOf(queries[1])).toEqual(rows);

  for (const [index, { down }] of [...stages.entries()].reverse()) {
    await apply(database.client, down);
    expect(comparable(await catalogOf(database.client))).toEqual(index === 0 ? comparable(from) : catalogs[index - 1]);
  }
  expect(await rowsOf(queries[0])).toEqual(rows);
  if (!change.hazards?.includes('required-column')) expect(await migrate(stages)).toEqual(catalogs);
});

/** Takes all stages; gives the catalog behind each. */
async function migrate(stages: Stage[]): Promise<Catalog[]> {
  const catalogs: Catalog[] = [];
  for (const { phase, up } of stages) {
    await apply(database.client, up, { transaction: phase !== 'concurrent' });
    catalogs.push(comparable(await catalogOf(database.client)));
  }
  return catalogs;
}

function statementsByPhase(stages: Stage[]): SchemaCase['up'] {
  return Object.fromEntries(
    stages.map(({ phase, up }, index) => [
      stages.findIndex((stage) => stage.phase === phase) < index ? `${phase} again` : phase,
      up.flatMap(({ statements }) => statements).map(asPrintedSince16),
    ]),
  );
}

/** PostgreSQL 15 prints a view's columns behind the names of their tables. */
function asPrintedSince16(sql: string): string {
  return /^CREATE (MATERIALIZED )?VIEW/.test(sql) ? sql.replaceAll(/\b(tasks|titles)\.title\b/g, 'title') : sql;
}

function hazardsOf(stages: Stage[]): string[] {
  const hazards = stages.flatMap(({ up }) => up).flatMap(({ hazard }) => hazard?.kind ?? []);
  return [...new Set(hazards)];
}

/** A query for each side that gives the same rows: of the tables and columns that both have, as text. */
function queriesForRows(from: Catalog, to: Catalog, renames: Rename[]): [string, string] {
  const queries = to.tables.flatMap((table) => {
    const formerTable = renames.find((one) => !one.column && one.table === table.name)?.formerName ?? table.name;
    const former = from.tables.find(({ name }) => name === formerTable);
    const columns = table.columns.flatMap(({ name }) => {
      const formerName = renames.find((one) => one.table === table.name && one.column === name)?.formerName ?? name;
      return former?.columns.some((one) => one.name === formerName) ? [{ name, formerName }] : [];
    });
    const query = (tableName: string, names: string[]): string =>
      `SELECT ${names.map((name) => `"${name}"::text`).join(" || ' | ' || ")} FROM "${tableName}"`;
    return columns.length
      ? [
          {
            before: query(
              formerTable,
              columns.map(({ formerName }) => formerName),
            ),
            after: query(
              table.name,
              columns.map(({ name }) => name),
            ),
          },
        ]
      : [];
  });
  return [queries.map(({ before }) => before).join('; '), queries.map(({ after }) => after).join('; ')];
}

async function rowsOf(queries: string): Promise<string[]> {
  const rows: string[] = [];
  for (const query of queries.split('; ').filter(Boolean)) {
    const result = await database.client.query<unknown[]>({ text: query, rowMode: 'array' });
    rows.push(...result.rows.map(([value]) => String(value)).sort());
  }
  return rows;
}
