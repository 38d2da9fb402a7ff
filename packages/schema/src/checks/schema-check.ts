import { performance } from 'node:perf_hooks';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { RdbmsSchemaBuilder } from 'typeorm/schema-builder/RdbmsSchemaBuilder';
import type * as TypeScript from 'typescript';
import { openMemory } from '@entity-backend/embedded-postgres';
import type { Catalog } from '../catalog/catalog';
import { documentFromSources } from '../language/documentation';
import { catalogOfEntities } from '../catalog/entities';
import { tellNamesApart } from '../language/names';
import { optionalPackage } from '../optional-package';
import type { RuleSettings } from '../settings';
import { lintCatalog } from './catalog-lint';
import { compare } from './comparison';
import type { Finding } from './finding';
import { lintMigrationFiles } from './migration-file-lint';
import { replayMigrations } from './migration-replay';
import { hasSquawk, lintMigrationSql } from './migration-sql-lint';
import { chosenFindings, isChosen, refuseUnknownRules, TYPEORM_RULE } from './rules';

export interface CheckedSchema {
  /** Those of the data source whose entities and migrations are checked. Its database is not connected to. */
  options: DataSourceOptions;
  /** The folder of the migrations' sources. */
  migrations: string;
  /** The folder of the entities' sources, whose doc comments become COMMENTs; none where absent. */
  entities?: string;
  /** As in `SchemaSettings`. */
  rules?: RuleSettings;
}

/** What a check has found, and how long it took. */
export interface CheckResult {
  title: string;
  findings: Finding[];
  milliseconds: number;
  /** Why the check was not made; absent where it was. */
  leftOut?: string;
}

/**
 * Checks that entities and migrations agree, that the migrations can be released and rolled back safely, and that the
 * schema they make is sound: each check when it is done. All of it happens in a private database in memory. Where the
 * migrations don't run, what needs their database is left out.
 *
 * @throws UserError when PostgreSQL refuses what an entity declares
 */
export async function* checkSchema({
  options,
  migrations,
  entities,
  rules = {},
}: CheckedSchema): AsyncGenerator<CheckResult> {
  refuseUnknownRules(rules);
  const ts = optionalPackage<typeof TypeScript>('typescript');
  yield ts
    ? check('The files of the migrations', () => chosenFindings(lintMigrationFiles(ts, migrations), rules))
    : leftOut('The files of the migrations', 'typescript');

  const memory = await openMemory();
  try {
    let declared!: Catalog;
    yield check('PostgreSQL understands what the entities declare', async () => {
      declared = await catalogOfEntities(options, memory.url, entities);
      return [];
    });
    const dataSource = await connect(options, memory.url, entities);
    try {
      let replay!: Awaited<ReturnType<typeof replayMigrations>>;
      yield check('Each migration up, down and up again', async () => {
        replay = await replayMigrations(dataSource);
        return replay.findings;
      });
      yield check('Dangers in the SQL of the migrations', () => lintMigrationSql(replay.migrations));
      if (!hasSquawk()) yield leftOut("squawk's rules for the SQL of the migrations", 'squawk-cli');
      const { catalog } = replay;
      if (!catalog) return;
      yield check('The migrations make what the entities say', () => compareBothWays(catalog, declared));
      if (isChosen(TYPEORM_RULE, rules)) {
        yield check('TypeORM itself finds no changes', async () =>
          chosenFindings(await typeOrmChanges(dataSource), rules),
        );
      }
      yield check('The schema that they make', () => chosenFindings(lintCatalog(catalog), rules));
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await memory.close();
  }
}

async function check(title: string, find: () => Finding[] | Promise<Finding[]>): Promise<CheckResult> {
  const start = performance.now();
  const findings = await find();
  return { title, findings, milliseconds: performance.now() - start };
}

/** What stands in the place of a check whose package is not installed. */
function leftOut(title: string, name: string): CheckResult {
  return { title, findings: [], milliseconds: 0, leftOut: `${name} is not installed: npm install --save-dev ${name}` };
}

/** The entities and migrations on another database. */
async function connect(
  { entities, migrations, namingStrategy }: DataSourceOptions,
  url: string,
  sources?: string,
): Promise<DataSource> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    namingStrategy,
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    poolSize: 1,
  }).initialize();
  if (sources !== undefined) documentFromSources(dataSource, sources);
  tellNamesApart(dataSource);
  return dataSource;
}

const DIFFERENT = {
  rule: 'migrations-unlike-entities',
  danger: 'what is released is not what the code expects.',
  safeWay: 'entity-schema generate <Name>. What the migrations lack:',
};

/** Both ways, in case that the comparison sees one of them better. */
function compareBothWays(migrated: Catalog, declared: Catalog): Finding[] {
  const lacking = compare(migrated, declared, DIFFERENT);
  return lacking.length
    ? lacking
    : compare(declared, migrated, {
        ...DIFFERENT,
        safeWay: 'declare it on the entity. What only the migrations have:',
      });
}

async function typeOrmChanges(dataSource: DataSource): Promise<Finding[]> {
  const { upQueries } = await new RdbmsSchemaBuilder(dataSource).log();
  return upQueries.map(({ query }) => ({
    rule: TYPEORM_RULE,
    place: query,
    danger: "TypeORM's own check reads the entities in another way than they are declared.",
    safeWay: 'write the column or index as TypeORM prints it. It would run:',
  }));
}
