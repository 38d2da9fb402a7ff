import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { type Client, escapeIdentifier } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { dumpCsv, dumpSql, type RowsOf, rowsOf } from '../../src/files/dump';
import { defineFactory, perScale } from '../../src/shape/factory';
import { seed } from '../../src/loading/seeder';
import { sizesOf } from '../../src/loading/sizes';
import { compileTables, type Table } from '../../src/rows/table';
import { digestsOf } from '../database-state';
import { describeOnServer, sampleDatabase, type TestDatabase, urlFor } from '../databases';
import { BASIS, messageOf, metadataOf, sampleTables } from '../metadata';
import { factories } from '../sample/seeds';

const OPTIONS = { ...BASIS, scale: 2 };

@Entity('notes')
class Note {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ type: 'integer' })
  number: number;

  @Column({ type: 'text', nullable: true })
  text: string | null;

  @Column({ type: 'text', array: true, nullable: true })
  words: string[] | null;
}

let database: TestDatabase;
let client: Client;
let folder: string;
let tables: Table[];
let rows: RowsOf;

beforeAll(async () => {
  database = await sampleDatabase();
  client = await database.connect();
  tables = await sampleTables();
  rows = rowsOf(sizesOf(tables, OPTIONS), () => undefined);
});

afterAll(() => database.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dump-'));
});

afterEach(() => rm(folder, { recursive: true }));

async function empty(): Promise<void> {
  await client.query(`TRUNCATE ${tables.map(({ name }) => escapeIdentifier(name)).join(', ')}`);
}

/** What the tables hold when a seeder has filled them. */
async function digestsOfSeed(): Promise<Record<string, string>> {
  await empty();
  await seed(await database.dataSource(), factories, OPTIONS);
  const found = await digestsOf(client);
  await empty();
  return found;
}

async function loadCsv(table: string, path: string): Promise<void> {
  const target = client.query(copyFrom(`COPY ${escapeIdentifier(table)} FROM STDIN (FORMAT csv, HEADER)`));
  await pipeline(createReadStream(path), target);
}

/** Tables with one that fails after many rows. */
async function failing(): Promise<{ tables: Table[]; rows: RowsOf }> {
  const note = defineFactory(Note, perScale(5000), {
    number: ({ index }) => {
      if (index === 4000) throw new Error('out of numbers');
      return index;
    },
  });
  const notes = compileTables(await metadataOf([Note]), [note], OPTIONS);
  return { tables: notes, rows: rowsOf(sizesOf(notes, { scale: 1 }), () => undefined) };
}

describe('a folder of CSV files', () => {
  it('holds what a seeder writes into a database', async () => {
    const seeded = await digestsOfSeed();
    const path = join(folder, 'csv');
    await dumpCsv(path, tables, rows);
    expect((await readdir(path)).sort()).toEqual(tables.map(({ name }) => `${name}.csv`).sort());
    for (const { name } of tables) await loadCsv(name, join(path, `${name}.csv`));
    expect(await digestsOf(client)).toEqual(seeded);
  });

  it('holds any text as it is, and tells NULL from an empty one', async () => {
    await client.query('CREATE TABLE notes (id uuid PRIMARY KEY, number integer, text text, words text[])');
    const metadata = await metadataOf([Note]);
    const text = fc.oneof(
      fc.constantFrom('', '\\N', '\\.', '"', '""', 'NULL', ' ', 'a,b', '\r\n', '\n', '\t', '\\t', '{}', "'"),
      fc.string({ unit: 'grapheme' }).map((any) => any.replaceAll('\0', '')),
    );
    const note = fc.record({ text: fc.option(text), words: fc.option(fc.array(text, { maxLength: 3 })) });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(note, { minLength: 1, maxLength: 20 }), async (notes) => {
        const factory = defineFactory(Note, perScale(notes.length), {
          number: ({ index }) => index,
          text: ({ index }) => notes[index].text,
          words: ({ index }) => notes[index].words,
        });
        const made = compileTables(metadata, [factory], OPTIONS);
        const path = join(folder, String(run++));
        await dumpCsv(
          path,
          made,
          rowsOf(sizesOf(made, { scale: 1 }), () => undefined),
        );
        await client.query('TRUNCATE notes');
        await loadCsv('notes', join(path, 'notes.csv'));
        const { rows: read } = await client.query('SELECT text, words FROM notes ORDER BY number');
        expect(read).toEqual(notes);
      }),
      { numRuns: 50 },
    );
    await client.query('DROP TABLE notes');
  });

  it('is what RFC 4180 says', async () => {
    const factory = defineFactory(Note, perScale(2), {
      number: ({ index }) => index,
      text: ({ index }) => ['two\nlines, "quoted"', null][index],
      words: [],
    });
    const notes = compileTables(await metadataOf([Note]), [factory], OPTIONS);
    await dumpCsv(
      join(folder, 'csv'),
      notes,
      rowsOf(sizesOf(notes, { scale: 1 }), () => undefined),
    );
    const [one, two] = [notes[0].key(0), notes[0].key(1)];
    expect(await readFile(join(folder, 'csv/notes.csv'), 'utf8')).toBe(
      `id,number,text,words\r\n${one},0,"two\nlines, ""quoted""",{}\r\n${two},1,,{}\r\n`,
    );
  });

  it('is not there after a failure', async () => {
    const { tables: notes, rows: some } = await failing();
    expect(await messageOf(dumpCsv(join(folder, 'csv'), notes, some))).toBe('notes.number, row 4000: out of numbers.');
    expect(await readdir(folder)).toEqual([]);
  });

  it('replaces files only where that is asked for', async () => {
    const path = join(folder, 'users.csv');
    await writeFile(path, 'mine');
    await writeFile(join(folder, 'other.csv'), 'mine too');
    expect(await messageOf(dumpCsv(folder, tables, rows))).toBe(
      `${path} already exists. Give --force to replace it, or another name.`,
    );
    expect((await readdir(folder)).sort()).toEqual(['other.csv', 'users.csv']);
    expect(await readFile(path, 'utf8')).toBe('mine');
    await dumpCsv(folder, tables, rows, true);
    expect(await readFile(path, 'utf8')).toMatch(/^id,email/);
    expect(await readdir(folder)).toHaveLength(tables.length + 1);
  });

  it('says why it can’t be written', async () => {
    expect(await messageOf(dumpCsv(join(folder, 'no/such'), tables, rows))).toBe(
      `${folder}/no/such can't be written: no such file or directory.`,
    );
    await writeFile(join(folder, 'file'), '');
    expect(await messageOf(dumpCsv(join(folder, 'file'), tables, rows))).toMatch(
      /can't be written: not a directory\.$/,
    );
  });
});

describe('a script', () => {
  it('is not there after a failure, and what was there before still is', async () => {
    const { tables: notes, rows: some } = await failing();
    const path = join(folder, 'a.sql');
    expect(await messageOf(dumpSql(path, notes, some))).toBe('notes.number, row 4000: out of numbers.');
    await writeFile(path, 'mine');
    expect(await messageOf(dumpSql(path, notes, some, true))).toBe('notes.number, row 4000: out of numbers.');
    expect(await readdir(folder)).toEqual(['a.sql']);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('replaces a file only where that is asked for', async () => {
    const path = join(folder, 'a.sql');
    await writeFile(path, 'mine');
    expect(await messageOf(dumpSql(path, tables, rows))).toBe(
      `${path} already exists. Give --force to replace it, or another name.`,
    );
    expect(await readFile(path, 'utf8')).toBe('mine');
    await dumpSql(path, tables, rows, true);
    expect(await readFile(path, 'utf8')).toMatch(/^-- Demo data/);
    expect(await readdir(folder)).toEqual(['a.sql']);
  });

  it('says why it can’t be written', async () => {
    await mkdir(join(folder, 'a.sql'));
    expect(await messageOf(dumpSql(join(folder, 'a.sql'), tables, rows, true))).toBe(
      `${folder}/a.sql is not a file. Give the name of a file.`,
    );
    expect(await messageOf(dumpSql(join(folder, 'no/such.sql'), tables, rows))).toBe(
      `${folder}/no/such.sql can't be written: no such file or directory.`,
    );
  });
});

describeOnServer('a script, run by psql', () => {
  async function psql(url: string, path: string): Promise<void> {
    await promisify(execFile)('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', path]);
  }

  it('makes what a seeder writes into a database, once', async () => {
    const seeded = await digestsOfSeed();
    const path = join(folder, 'a.sql');
    await dumpSql(path, tables, rows);
    await psql(database.url, path);
    expect(await digestsOf(client)).toEqual(seeded);
    await expect(psql(database.url, path)).rejects.toThrow(/duplicate key value/);
    expect(await digestsOf(client)).toEqual(seeded);
  });

  it('can be run by the owner of tables with forced policies, and they stay forced', async () => {
    const seeded = await digestsOfSeed();
    const role = `dump_owner_${process.pid}`;
    const forced = `SELECT array_agg(relname ORDER BY relname) AS tables FROM pg_class WHERE relforcerowsecurity AND relrowsecurity`;
    const path = join(folder, 'a.sql');
    await dumpSql(path, tables, rows);
    const owned = await sampleDatabase();
    try {
      const admin = await owned.connect();
      const { rows: before } = await admin.query(forced);
      await admin.query(`CREATE ROLE ${role} LOGIN`);
      await admin.query(`GRANT ALL ON SCHEMA public TO ${role}`);
      for (const { name } of tables) await admin.query(`ALTER TABLE ${escapeIdentifier(name)} OWNER TO ${role}`);
      await psql(urlFor(owned.url, role), path);
      expect(await digestsOf(admin)).toEqual(seeded);
      expect((await admin.query(forced)).rows).toEqual(before);
    } finally {
      await owned.close();
      await client.query(`DROP ROLE IF EXISTS ${role}`);
    }
  });
});
