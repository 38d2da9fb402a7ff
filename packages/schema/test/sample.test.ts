import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { catalogOfEntities } from '../src/catalog/entities';
import { checkSchema } from '../src/checks/schema-check';
import { driftOf } from '../src/checks/database-drift';
import { migrationFiles } from '../src/migrations/files';
import { stagesBetween } from '../src/plan/stages';
import { stagesToEntities } from '../src/plan/stages-to-entities';
import { databaseOfFile } from './databases';
import { aMigration } from './migrations';
import { catalogOf, clear, EMPTY } from './schemas';
import { guardedEntities } from './sample/guarded';
import { SampleNamingStrategy } from './sample/naming-strategy';
import { plainEntities } from './sample/plain';

const database = databaseOfFile({ roles: ['sample_member', 'sample_backend'] });

afterEach(() => clear(database.client));

const PROJECTS: [string, Pick<DataSourceOptions, 'entities' | 'namingStrategy'>][] = [
  ["TypeORM's own decorators and names", { entities: plainEntities }],
  [
    "TypeORM's own decorators, another strategy",
    { entities: plainEntities, namingStrategy: new SampleNamingStrategy() },
  ],
  ["ours, TypeORM's own names", { entities: guardedEntities }],
];

test.each(PROJECTS)('a project is generated, run, checked and compared without a setting: %s', async (_, project) => {
  const options: DataSourceOptions = { type: 'postgres', ...project };
  const wanted = await catalogOfEntities(options, database.url);
  const stages = stagesBetween(EMPTY, wanted);
  const [file] = migrationFiles('Start', 1000000000001, stages, {});
  const migration = aMigration(
    'Start1000000000001',
    stages.flatMap(({ up }) => up).flatMap(({ statements }) => statements),
    stages
      .toReversed()
      .flatMap(({ down }) => down)
      .flatMap(({ statements }) => statements),
  );

  const migrations = mkdtempSync(join(tmpdir(), 'migrations-'));
  writeFileSync(join(migrations, file.fileName), file.source);
  try {
    for await (const { title, findings, leftOut } of checkSchema({
      options: { ...options, migrations: [migration] },
      migrations,
    })) {
      expect([title, findings, leftOut]).toEqual([title, [], undefined]);
    }
  } finally {
    rmSync(migrations, { recursive: true });
  }

  const dataSource = await new DataSource({
    ...options,
    type: 'postgres',
    url: database.url,
    migrations: [migration],
    poolSize: 1,
  }).initialize();
  try {
    await dataSource.runMigrations();
    expect(await stagesToEntities(dataSource)).toEqual([]);
    expect(await driftOf(dataSource)).toEqual([]);
    const catalog = await catalogOf(database.client);
    expect(catalog.tables).toEqual(wanted.tables);
    await dataSource.undoLastMigration();
  } finally {
    await dataSource.destroy();
  }
});
