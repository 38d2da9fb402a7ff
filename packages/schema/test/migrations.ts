import { Migration, type MigrationInterface, type QueryRunner } from 'typeorm';

/** What the tests' migrations say beyond their statements. */
interface More {
  transaction?: boolean;
  acknowledged?: Record<string, string>;
}

/** A migration's class of these statements. Its name ends with its timestamp. */
export function aMigration(name: string, up: string[], down: string[], more: More = {}): new () => MigrationInterface {
  const run = (statements: string[]) => async (queryRunner: QueryRunner) => {
    for (const statement of statements) await queryRunner.query(statement);
  };
  return class {
    readonly name = name;
    readonly up = run(up);
    readonly down = run(down);

    constructor() {
      Object.assign(this, more);
    }
  };
}

/** As TypeORM hands it to who runs it. */
export function instanceOf(migration: new () => MigrationInterface): Migration {
  const instance = new migration();
  return new Migration(undefined, Number(instance.name!.slice(-13)), instance.name!, instance);
}
