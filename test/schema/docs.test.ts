import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReadableNamingStrategy } from '../../src/database/naming-strategy';
import { entities } from '../../src/entities';
import type { Catalog, Table } from '../../packages/schema/src/catalog/catalog';
import { catalogOfEntities } from '../../packages/schema/src/catalog/entities';
import { emptyDatabase } from '../databases';

const ROOT = join(__dirname, '../..');

// A process that starts a PostgreSQL of its own.
jest.setTimeout(3 * 60_000);

interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

function docs(...options: string[]): Promise<Outcome> {
  const command = ['packages/schema/bin/entity-schema.js', 'docs', '-d', 'ormconfig.ts', ...options];
  return new Promise((resolve) =>
    execFile(process.execPath, command, { cwd: ROOT }, (error, stdout, stderr) =>
      resolve({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
    ),
  );
}

describe('npm run docs', () => {
  it('finds the committed pages up to date', async () => {
    expect(await docs('--check')).toEqual({
      exitCode: 0,
      stdout: `Up to date: docs/schema, ${readdirSync(join(ROOT, 'docs/schema')).length} pages on ${entities.length} tables.\n`,
      stderr: '',
    });
  });

  it('says how it is used', async () => {
    const { exitCode, stdout } = await docs('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--check');
  });

  it('refuses an option that it does not know', async () => {
    const { exitCode, stderr } = await docs('--nosuch');
    expect(exitCode).toBe(1);
    expect(stderr).toBe("error: unknown option '--nosuch'\n");
  });
});

describe('docs/schema', () => {
  let catalog: Catalog;
  beforeAll(async () => {
    const database = await emptyDatabase();
    const options = { type: 'postgres', entities, namingStrategy: new ReadableNamingStrategy() } as const;
    catalog = await catalogOfEntities(options, database.url).finally(() => database.close());
  });

  it('names all that there is of every table, in its own section', () => {
    expect(catalog.tables).toHaveLength(entities.length);
    for (const table of catalog.tables) {
      const section = sectionOf(table);
      expect(namesOf(table).filter((name) => !section.includes(`\`${name}\``))).toEqual([]);
    }
  });

  it('says what every index is for', () => {
    for (const { indexes, ...table } of catalog.tables) {
      const lines = sectionOf({ ...table, indexes }).split('\n');
      for (const { name } of indexes) {
        expect(lines.find((line) => line.startsWith(`| \`${name}\``))).toMatch(/(Finds|Searches) .+\. +\|$/);
      }
    }
  });
});

function namesOf({ columns, constraints, indexes, triggers, policies }: Table): string[] {
  return [columns, constraints, indexes, triggers, policies].flat().map(({ name }) => name);
}

/** What the page of a table's domain says under the heading of its name. */
function sectionOf({ name }: Table): string {
  const index = readFileSync(join(ROOT, 'docs/schema/README.md'), 'utf8');
  const [, file] = new RegExp(`^- \\[${name}\\]\\((\\w+\\.md)#${name}\\)`, 'm').exec(index)!;
  const page = readFileSync(join(ROOT, 'docs/schema', file), 'utf8');
  return page.split(/^## /m).find((section) => section.startsWith(`${name}\n`))!;
}
