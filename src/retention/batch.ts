import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { partialOf, partOf, partsOf, unusedPath, verifyArchive, writeDurably } from './archive-file';
import type { Archive } from './archives';
import { contentFor, joined, type RowCounts } from './formats';

/** What one transaction of a run has done. */
export interface Step {
  /** The file that it was for. */
  path: string;
  /** What it wrote: the file, or a part of it. */
  written: string;
  /** How many rows it archived, by table. */
  counts: RowCounts;
}

/** A file of which there are only parts so far. */
interface OpenFile {
  path: string;
  parts: string[];
}

/** Archives and deletes the rows of one batch, or makes a file of its parts. Undefined: no row is due. */
export async function archiveNext(
  connection: QueryRunner,
  archive: Archive,
  directory: string,
  now: Date,
): Promise<Step | undefined> {
  const label = await chooseBatch(connection, archive, now);
  const open = await openFile(directory, archive);
  if (open && (label === null || !continues(open, archive, label))) return joinParts(connection, open);
  if (label === null) return undefined;
  const path = open?.path ?? (await unusedPath(directory, `${archive.name}-${label}`, archive.extension));
  const written = archive.inParts ? partOf(path, (open?.parts.length ?? 0) + 1) : path;
  const counts: RowCounts = new Map();
  await write(connection, written, contentFor(connection, archive, counts));
  const deleted = await deleteBatch(connection, archive);
  if (deleted !== counts.get(archive.name))
    throw new Error(`${counts.get(archive.name)} rows of ${archive.name} were archived and ${deleted} deleted.`);
  return { path, written, counts };
}

/** Notes the keys of the next batch's rows in the table `leaving`. Returns the label of their file; null: no row is due. */
async function chooseBatch(
  connection: QueryRunner,
  { table, key, next, label }: Archive,
  now: Date,
): Promise<string | null> {
  await connection.query(
    `CREATE TEMPORARY TABLE leaving ON COMMIT DROP AS SELECT ${key} AS id FROM ${table} WHERE false`,
  );
  await connection.query(`INSERT INTO leaving ${next}`, [now]);
  await connection.query('ALTER TABLE leaving ADD PRIMARY KEY (id)');
  await connection.query('ANALYZE leaving');
  const [chosen] = (await connection.query(
    `SELECT ${label} AS label FROM ${table} WHERE ${key} IN (SELECT id FROM leaving)`,
  )) as [{ label: string | null }];
  return chosen.label;
}

/** How many rows that were, without those that left by cascade. */
async function deleteBatch(connection: QueryRunner, { table, key }: Archive): Promise<number> {
  await connection.query(`SELECT set_config('app.job', 'retention', true)`);
  const [, deleted] = (await connection.query(`DELETE FROM ${table} WHERE ${key} IN (SELECT id FROM leaving)`)) as [
    unknown,
    number,
  ];
  return deleted;
}

/** After the name of its table and a hyphen, the rest of the name of a file's first part. It begins with a year. */
const FIRST_PART = /^\d.*\.part-1\.(json|json\.gz|csv)$/;

/** The file of an archive of which there are parts, in whatever format; undefined: there is none. */
async function openFile(directory: string, { name }: Archive): Promise<OpenFile | undefined> {
  const [first] = (await readdir(directory))
    .filter((file) => file.startsWith(`${name}-`) && FIRST_PART.test(file.slice(name.length + 1)))
    .sort();
  if (first === undefined) return undefined;
  const path = join(directory, first.replace(/\.part-1(?=\.[^-]+$)/, ''));
  return { path, parts: await partsOf(path) };
}

/** Whether rows with a label go to a file: `audit_logs-2020.json.gz`, or one after it, `audit_logs-2020-2.json.gz` … */
function continues({ path }: OpenFile, { name, extension, inParts }: Archive, label: string): boolean {
  const stem = basename(path, extension);
  return inParts && (stem === `${name}-${label}` || stem.startsWith(`${name}-${label}-`));
}

/** Makes a file of its parts, which are removed when it is finished. */
async function joinParts(connection: QueryRunner, { path, parts }: OpenFile): Promise<Step> {
  for (const part of parts) await verifyArchive(part);
  await write(connection, path, joined(parts));
  return { path, written: path, counts: new Map() };
}

/** Writes a file that counts if this transaction is committed. */
async function write(connection: QueryRunner, path: string, content: AsyncIterable<string | Buffer>): Promise<void> {
  const [{ id }] = (await connection.query('SELECT pg_current_xact_id()::text AS id')) as [{ id: string }];
  await writeDurably(partialOf(path, id), content);
}
