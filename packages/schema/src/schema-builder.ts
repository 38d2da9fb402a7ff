import { Query } from 'typeorm/driver/Query';
import { SqlInMemory } from 'typeorm/driver/SqlInMemory';
import type { SchemaBuilder } from 'typeorm/schema-builder/SchemaBuilder';
import type { DataSource } from 'typeorm';
import type { Change } from './changes/change';
import { UserError } from './errors';
import { stagesToEntities } from './plan/stages-to-entities';
import type { Stage } from './plan/stages';

/**
 * The schema builder that TypeORM's commands (`migration:generate`, `schema:log`, `schema:sync`) and `synchronize` use in
 * the place of TypeORM's own, whose eyes are too weak: it compares whole catalogs, of the connected database and of a scratch
 * database built from the entities.
 */
export class EntitySchemaBuilder implements SchemaBuilder {
  constructor(private readonly dataSource: DataSource) {}

  /** Synchronizes the connected database with the entities, without asking about what is lost: for development. */
  async build(): Promise<void> {
    for (const { phase, up } of await stagesToEntities(this.dataSource)) {
      const runner = this.dataSource.createQueryRunner();
      try {
        if (phase !== 'concurrent') await runner.startTransaction();
        for (const sql of statementsOf(up)) await runner.query(sql);
        if (runner.isTransactionActive) await runner.commitTransaction();
      } finally {
        if (runner.isTransactionActive) await runner.rollbackTransaction();
        await runner.release();
      }
    }
  }

  /** For TypeORM's commands: the statements up, and those down, the last to run first as TypeORM turns them round. */
  async log(): Promise<SqlInMemory> {
    const stages = await stagesToEntities(this.dataSource);
    if (writesOneFile()) refuseWhatOneFileCannotHold(stages);
    const sql = new SqlInMemory();
    sql.upQueries = stages.flatMap(({ up }) => statementsOf(up)).map((text) => new Query(text));
    const down = stages.toReversed().flatMap((stage) => statementsOf(stage.down));
    sql.downQueries = down.toReversed().map((text) => new Query(text));
    return sql;
  }
}

function statementsOf(changes: Change[]): string[] {
  return changes.flatMap(({ statements }) => statements);
}

/** Whether TypeORM's own command is about to write a migration. TypeORM does not tell a schema builder who asks. */
function writesOneFile(): boolean {
  const asksOnly = ['--check', '--ch', '--dryrun', '--dr'];
  return process.argv.includes('migration:generate') && !process.argv.some((argument) => asksOnly.includes(argument));
}

/** @throws UserError when the change has to be several migrations, or is a loss that has to be acknowledged */
function refuseWhatOneFileCannotHold(stages: Stage[]): void {
  const ours = 'Use: entity-schema generate <Name>';
  const hazard = stages.flatMap(({ up }) => up).find((change) => change.hazard);
  if (hazard) throw new UserError(`${hazard.summary}: this has to be acknowledged in the migration. ${ours}`);
  if (stages.length > 1 || stages.some(({ phase }) => phase === 'concurrent')) {
    throw new UserError(
      `The change needs ${stages.length} migration(s), for tables in use and outside a transaction, which this command can't write. ${ours}`,
    );
  }
}
