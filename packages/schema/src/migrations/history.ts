import { type DataSource, type Migration, MigrationExecutor, type QueryRunner } from 'typeorm';
import { checksum, type EmittedSql, emittedSql } from './emitted-sql';
import { UserError } from '../errors';

/**
 * TypeORM's own table of applied migrations, and a table with the checksum of each one's SQL. `typeorm migration:revert`
 * deletes both rows; a migration that is applied again gets new rows.
 */
const BOOKKEEPING = {
  migrations: [
    `CREATE TABLE IF NOT EXISTS "migrations" (
  "id" SERIAL NOT NULL,
  "timestamp" bigint NOT NULL,
  "name" character varying NOT NULL,
  CONSTRAINT "pk_migrations" PRIMARY KEY ("id")
)`,
  ],
  migration_checksums: [
    `CREATE TABLE IF NOT EXISTS "migration_checksums" (
  "migration_id" integer NOT NULL,
  "checksum" text NOT NULL,
  CONSTRAINT "pk_migration_checksums" PRIMARY KEY ("migration_id"),
  CONSTRAINT "fk_migration_checksums_migration_id" FOREIGN KEY ("migration_id") REFERENCES "migrations" ("id") ON DELETE CASCADE
)`,
    `COMMENT ON TABLE "migration_checksums" IS 'SHA-256 of the SQL of each applied migration, so that one edited afterwards is noticed.'`,
  ],
};

/** The statements that create the missing bookkeeping tables. */
export async function missingBookkeeping(connection: QueryRunner): Promise<string[]> {
  const statements: string[] = [];
  for (const [table, creation] of Object.entries(BOOKKEEPING)) {
    if (!(await connection.hasTable(table))) statements.push(...creation);
  }
  return statements;
}

/** A migration that the database records as applied. */
interface AppliedMigration {
  readonly id: number;
  readonly name: string;
  readonly timestamp: number;
  /** The checksum of its SQL when it was applied; null: applied outside the runner. */
  readonly checksum: string | null;
}

/** The applied migrations, in the order of application. */
async function appliedMigrations(connection: QueryRunner): Promise<AppliedMigration[]> {
  if (!(await connection.hasTable('migrations'))) return [];
  const checksums = (await connection.hasTable('migration_checksums'))
    ? '(SELECT "checksum" FROM "migration_checksums" WHERE "migration_id" = "migrations"."id")'
    : 'NULL';
  return (await connection.query(
    `SELECT "id", "name", "timestamp"::double precision AS "timestamp", ${checksums} AS "checksum" FROM "migrations" ORDER BY "id"`,
  )) as AppliedMigration[];
}

/** Whether a migration is recorded as applied. */
export async function isApplied(connection: QueryRunner, name: string): Promise<boolean> {
  const rows = (await connection.query('SELECT 1 FROM "migrations" WHERE "name" = $1', [name])) as unknown[];
  return rows.length > 0;
}

/** Records an applied migration and its checksum in one statement: `$1` timestamp, `$2` name, `$3` checksum. */
export const RECORD_MIGRATION = `WITH "applied" AS (
  INSERT INTO "migrations" ("timestamp", "name") VALUES ($1, $2) RETURNING "id"
)
INSERT INTO "migration_checksums" ("migration_id", "checksum") SELECT "id", $3 FROM "applied"`;

/** Records the checksum of a migration applied outside the runner: `$1` its id, `$2` the checksum. */
export const ADOPT_MIGRATION =
  'INSERT INTO "migration_checksums" ("migration_id", "checksum") VALUES ($1, $2) ON CONFLICT DO NOTHING';

/** A migration of the code. */
export interface KnownMigration {
  readonly migration: Migration;
  readonly emitted: EmittedSql;
  readonly checksum: string;
}

/** The database and the code disagree about applied migrations. */
export class MigrationsRefusedError extends UserError {
  /** The exit code of a command that ends with this error. */
  override readonly exitCode = 2;
}

/** What to run. */
export interface Plan {
  /** The migrations to run, in order. */
  readonly pending: readonly KnownMigration[];
  /** Applied outside the runner, without a checksum. */
  readonly adopted: readonly { readonly id: number; readonly name: string; readonly checksum: string }[];
}

/**
 * Compares the code's migrations with those that the database records.
 *
 * @param to the name of the last one to run; default: all
 * @throws MigrationsRefusedError if an applied migration was edited or is missing from the code, or a pending one is older than
 *   an applied one
 * @throws UserError if no migration is named `to`
 */
export async function planMigrations(dataSource: DataSource, connection: QueryRunner, to?: string): Promise<Plan> {
  const known = await knownMigrations(dataSource);
  const applied = await appliedMigrations(connection);
  const byName = new Map(known.map((one) => [one.migration.name, one]));
  const last = to === undefined ? Infinity : byName.get(to)?.migration.timestamp;
  if (last === undefined)
    throw new UserError(`No migration is named ${to}: use a class name as listed by "typeorm migration:show".`);
  const pending = pendingOf(known, applied);
  return {
    pending: pending.filter(({ migration }) => migration.timestamp <= last),
    adopted: applied
      .filter(({ checksum }) => checksum === null)
      .map(({ id, name }) => ({ id, name, checksum: byName.get(name)!.checksum })),
  };
}

/** Whether the runner would find nothing to do. @throws MigrationsRefusedError as in `planMigrations` */
export async function isUpToDate(dataSource: DataSource, connection: QueryRunner): Promise<boolean> {
  if ((await missingBookkeeping(connection)).length > 0) return false;
  const { pending, adopted } = await planMigrations(dataSource, connection);
  return pending.length + adopted.length === 0;
}

/** The code's migrations, the oldest first. Throws TypeORM's error if a name is used twice or lacks its timestamp. */
async function knownMigrations(dataSource: DataSource): Promise<KnownMigration[]> {
  const known: KnownMigration[] = [];
  for (const migration of new CodeMigrations(dataSource).getMigrations()) {
    const emitted = await emittedSql(dataSource, migration.instance!);
    known.push({ migration, emitted, checksum: checksum(emitted) });
  }
  return known;
}

/** Gives access to TypeORM's protected rules for name, timestamp and order of migrations. */
class CodeMigrations extends MigrationExecutor {
  override getMigrations(): Migration[] {
    return super.getMigrations();
  }
}

/** The migrations that are not applied yet. Checks that the applied ones are unchanged. */
function pendingOf(known: readonly KnownMigration[], applied: readonly AppliedMigration[]): KnownMigration[] {
  const checksums = new Map(known.map(({ migration, checksum }) => [migration.name, checksum]));
  const names = new Set(applied.map(({ name }) => name));
  const pending = known.filter(({ migration }) => !names.has(migration.name));
  const newest = Math.max(0, ...applied.map(({ timestamp }) => timestamp));

  const missing = applied.filter(({ name }) => !checksums.has(name));
  refuse(
    missing.map(({ name }) => name),
    'applied to this database but missing from this version of the code: deploy the version that has it, or restore its file',
  );
  const edited = applied.filter(({ name, checksum }) => checksum !== null && checksum !== checksums.get(name));
  refuse(
    edited.map(({ name }) => name),
    'edited since it was applied: restore the original, and put your change in a new migration',
  );
  const late = pending.filter(({ migration }) => migration.timestamp < newest);
  refuse(
    late.map(({ migration }) => migration.name),
    'older than the newest applied migration: generate it again, so that it is the newest',
  );
  return pending;
}

/** @throws MigrationsRefusedError if `names` is not empty */
export function refuse(names: readonly string[], reason: string): void {
  if (names.length > 0) throw new MigrationsRefusedError(`${names.join(', ')}: ${reason}. Nothing was run.`);
}
