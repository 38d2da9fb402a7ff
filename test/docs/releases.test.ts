import { randomBytes } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { entities } from '../../src/entities';
import { describeOnServer, emptyDatabase, type TestDatabase } from '../databases';
import { blocksUnder, copyOfProject, type Outcome, run } from './recipes';

const ROOT = join(__dirname, '../..');

// Dozens of processes, one after another.
jest.setTimeout(5 * 60_000);

/** The newest migration of the release, one that can be gone back by: the text of its file. */
const newestMigration = (timestamp: number): string => `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RespellKyiv${timestamp} implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("UPDATE user_profiles SET timezone = 'Europe/Kyiv' WHERE timezone = 'Europe/Kiev'");
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query("UPDATE user_profiles SET timezone = 'Europe/Kiev' WHERE timezone = 'Europe/Kyiv'");
  }
}
`;

/** Runs the commands of docs/releases.md as they stand there, in a copy of the project, on a database and with logins of its own. */
describeOnServer('the commands of docs/releases.md', () => {
  const suffix = randomBytes(4).toString('hex');
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    DEPLOY_LOGIN: `deploy_${suffix}`,
    DEPLOY_PASSWORD: `it's "secret" ${suffix}`,
    SERVICE_LOGIN: `service_${suffix}`,
    SERVICE_PASSWORD: suffix,
    RESTORED: `restored_${suffix}`,
  };
  let database: TestDatabase;
  let admin: Client;
  let text: string;
  let folder: string;

  /** The database as one of the logins. */
  function urlOf(login: string, password: string, name?: string): string {
    const url = new URL(database.url);
    url.username = login;
    url.password = password;
    if (name) url.pathname = name;
    return url.href;
  }

  const asService = async (): Promise<Client> => {
    const client = new Client({ connectionString: urlOf(environment.SERVICE_LOGIN!, environment.SERVICE_PASSWORD!) });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };

  /** Runs the blocks under a heading, one after the other. */
  async function follow(heading: string): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const block of blocksUnder(heading, text)) {
      const outcome = await run(`set -e\n${block.text}`, folder, environment);
      if (outcome.exitCode !== 0) throw new Error(`${block.text}\n${outcome.output}`);
      outcomes.push(outcome);
    }
    return outcomes;
  }

  const countTables = async (client: Client): Promise<number | null> =>
    (await client.query(`SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^migration'`)).rowCount;

  beforeAll(async () => {
    text = await readFile(join(ROOT, 'docs/releases.md'), 'utf8');
    database = await emptyDatabase();
    admin = await database.connect();
    folder = copyOfProject('releases-');
    const now = Date.now();
    await writeFile(join(folder, `src/migrations/${now}-RespellKyiv.ts`), newestMigration(now));
    environment.ADMIN_URL = database.url;
    environment.DATABASE_URL = urlOf(environment.DEPLOY_LOGIN!, environment.DEPLOY_PASSWORD!);
    environment.BACKUPS = folder;
  });

  afterAll(async () => {
    await admin.query(`DROP DATABASE IF EXISTS ${environment.RESTORED} WITH (FORCE)`);
    for (const login of [environment.DEPLOY_LOGIN, environment.SERVICE_LOGIN]) {
      await admin.query(`DROP OWNED BY ${login} CASCADE`);
      await admin.query(`DROP ROLE ${login}`);
    }
    await database.close();
    await rm(folder, { recursive: true });
  });

  it('make logins that are no superusers and own nothing that is not theirs', async () => {
    await follow('The logins');
    const { rows } = await admin.query(
      `SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS powerful FROM pg_roles WHERE rolname = ANY ($1)`,
      [[environment.DEPLOY_LOGIN, environment.SERVICE_LOGIN]],
    );
    expect(rows).toEqual([{ powerful: false }, { powerful: false }]);
  });

  it('release, as a login that may do no more than that', async () => {
    const [{ output }] = await follow('Release');
    expect(output).toMatch(/\d+ migrations applied in /);
    expect(output).toMatch(/\[X\] 1 InitialSchema\d+/);
    expect(await countTables(admin)).toBe(entities.length);
    expect(await readFile(join(folder, 'release.sql'), 'utf8')).toContain('CREATE TABLE users');
    const { rows } = await admin.query(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`);
    expect(rows).toEqual([{ tableowner: environment.DEPLOY_LOGIN }]);
  });

  it('leave the application its rows and no more', async () => {
    const service = await asService();
    await service.query(`INSERT INTO users (email, sso_provider, sso_id) VALUES ('ada@example.org', 'google', 'ada')`);
    await service.query(`INSERT INTO tasks (user_id, title) SELECT id, 'Sum up' FROM users`);
    for (const sql of [
      'ALTER TABLE tasks ADD COLUMN x text',
      'CREATE TABLE x ()',
      'TRUNCATE tasks',
      'DELETE FROM migrations',
    ]) {
      await expect(service.query(sql)).rejects.toMatchObject({ code: '42501' });
    }
    await service.query('BEGIN');
    await service.query('SET LOCAL ROLE app_user');
    expect((await service.query('SELECT id FROM tasks')).rows).toEqual([]);
    await service.end();
  });

  it('check the rules', async () => {
    await follow('The rules');
  });

  it('go on after a runner was killed', async () => {
    expect((await follow('The runner was killed, or the server failed over'))[0].output).toContain(
      'Nothing to migrate.',
    );
  });

  it('find the session that holds a release up, and end it', async () => {
    const service = await asService();
    await service.query('BEGIN');
    const { rows } = await service.query<{ pid: number }>('SELECT pg_backend_pid() AS pid FROM tasks');
    environment.PID = String(rows[0].pid);
    const [found] = await follow('The runner gives up: exit code 3');
    expect(found.output).toMatch(new RegExp(`^ *${environment.PID} \\| ${environment.SERVICE_LOGIN} `, 'm'));
    await expect(service.query('SELECT 1')).rejects.toThrow();
  });

  it('look for invalid indexes', async () => {
    expect((await follow('An index was left invalid'))[0].output).toContain('(0 rows)');
  });

  it('forget the checksum of an edited migration', async () => {
    const { rows } = await admin.query<{ name: string }>('SELECT name FROM migrations ORDER BY id');
    environment.MIGRATION = rows[0].name;
    await admin.query(`UPDATE migration_checksums SET checksum = 'of other SQL' WHERE migration_id = 1`);
    const refused = await run('npm run --silent migrate', folder, environment);
    expect(refused).toMatchObject({
      exitCode: 2,
      output: expect.stringContaining(`${rows[0].name}: edited`) as string,
    });
    const [{ output }] = await follow('The runner refuses: exit code 2');
    expect(output).toContain(`their checksums are now recorded: ${rows[0].name}.`);
  });

  it('tell what somebody has changed by hand', async () => {
    await follow('Somebody changed the database by hand');
    await admin.query('DROP INDEX idx_tasks_user_id');
    await expect(follow('Somebody changed the database by hand')).rejects.toThrow(/idx_tasks_user_id/);
    await admin.query('CREATE INDEX idx_tasks_user_id ON tasks (user_id)');
  });

  it('keep the application away, and let it in again', async () => {
    const service = await asService();
    const [away] = blocksUnder('Lock the application out', text);
    expect(await run(`set -e\n${away.text}`, folder, environment)).toMatchObject({ exitCode: 0 });
    await expect(service.query('SELECT 1')).rejects.toThrow();
    await expect(asService()).rejects.toMatchObject({ code: '28000' });
    await follow('Lock the application out');
    await (await asService()).end();
  });

  it('go back by one migration, and forward again', async () => {
    const names = async (): Promise<string[]> =>
      (await admin.query<{ name: string }>('SELECT name FROM migrations ORDER BY id')).rows.map(({ name }) => name);
    const before = await names();
    await follow('Revert one migration');
    expect(await names()).toEqual(before.slice(0, -1));
    expect(await run('npm run --silent migrate', folder, environment)).toMatchObject({ exitCode: 0 });
    expect(await names()).toEqual(before);
  });

  it('go back to the backup', async () => {
    await run('pg_dump --format=custom --file="$BACKUPS/before-release.dump" "$ADMIN_URL"', folder, environment);
    await follow('Restore the backup');
    const restored = new URL(database.url);
    restored.pathname = environment.RESTORED!;
    const client = new Client({ connectionString: restored.href });
    await client.connect();
    expect(await countTables(client)).toBe(entities.length);
    await client.end();
  });
});
