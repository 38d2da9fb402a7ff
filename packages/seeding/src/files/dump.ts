import { rmSync } from 'node:fs';
import { mkdir, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { declarationsOf, UserError } from '@entity-backend/schema';
import { numbersBelow, textChunks } from '../loading/chunks';
import type { Sizes } from '../loading/sizes';
import type { Table } from '../rows/table';

type Content = Iterable<string | Uint8Array>;

/** The chunks of a table's rows, in COPY's text format. */
export type RowsOf = (table: Table) => Iterable<Uint8Array>;

/**
 * The rows of the tables, to be dumped while they are made.
 *
 * @param onRows hears of each chunk which table it is of and how many rows it has
 */
export function rowsOf(sizes: Sizes, onRows: (table: Table, rows: number) => void): RowsOf {
  return function* (table) {
    for (const { bytes, rows } of textChunks(table, numbersBelow(sizes.get(table)!))) {
      yield bytes;
      onRows(table, rows);
    }
  };
}

/**
 * Writes the rows of all tables as one script for psql: a transaction that fills a database in which the migrations have
 * run. The file is there when it is complete, and not before.
 *
 * @param file its path; `-` is the standard output
 * @param force whether to replace the file if there is one
 * @throws UserError where the file exists or can't be written
 */
export async function dumpSql(file: string, tables: readonly Table[], rows: RowsOf, force = false): Promise<void> {
  const script = sqlScript(tables, rows);
  if (file === '-') await writeToStdout(script);
  else await writeFiles(new Map([[file, script]]), force);
}

/**
 * Writes the rows of each table as `<table>.csv` into a folder: with a header, by RFC 4180, as `COPY … (FORMAT csv, HEADER)`
 * reads it. NULL is an empty field, an empty text is `""`. The files are there when all are complete, and not before.
 *
 * @param folder its path; it is made if it does not exist
 * @param force whether to replace files if there are some
 * @throws UserError where a file exists or can't be written
 */
export async function dumpCsv(folder: string, tables: readonly Table[], rows: RowsOf, force = false): Promise<void> {
  const made = await mkdir(folder).then(
    () => folder,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw unwritable(folder, error);
    },
  );
  await writeFiles(new Map(tables.map((table) => [join(folder, `${table.name}.csv`), csv(table, rows)])), force, made);
}

function* sqlScript(tables: readonly Table[], rows: RowsOf): Content {
  yield `-- Demo data. Load it with "psql -v ON_ERROR_STOP=1 -f" into a database in which the migrations have run.\n\n`;
  yield `BEGIN;\nSET LOCAL client_encoding = 'UTF8';\nSET LOCAL statement_timeout = 0;\n`;
  for (const table of tables) {
    const name = escapeIdentifier(table.name);
    const secured = declarationsOf(table.shape.entity.target as object).some(
      ({ kind }) => kind === 'row-level-security',
    );
    // COPY refuses a table whose policies apply to the login: to its owner too, where they are forced.
    if (secured) {
      yield `\nSELECT row_security_active(${escapeLiteral(name)}) AS forced \\gset\n`;
      yield `\\if :forced\nALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY;\n\\endif`;
    }
    yield `\nCOPY ${name} (${table.columns.map((column) => escapeIdentifier(column.name)).join(', ')}) FROM stdin;\n`;
    yield* rows(table);
    yield '\\.\n';
    if (secured) yield `\\if :forced\nALTER TABLE ${name} FORCE ROW LEVEL SECURITY;\n\\endif\n`;
  }
  yield `\nCOMMIT;\nANALYZE ${tables.map(({ name }) => escapeIdentifier(name)).join(', ')};\n`;
}

function* csv(table: Table, rows: RowsOf): Content {
  yield `${table.columns.map(({ name }) => quoted(name)).join(',')}\r\n`;
  for (const chunk of rows(table)) yield csvLines(Buffer.from(chunk).toString());
}

/** Lines of COPY's text format as lines of CSV. */
function csvLines(text: string): string {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => `${line.split('\t').map(csvField).join(',')}\r\n`).join('');
}

const UNESCAPED: Record<string, string> = { t: '\t', n: '\n', r: '\r' };

function csvField(field: string): string {
  if (field === '\\N') return '';
  return quoted(
    field.includes('\\') ? field.replace(/\\(.)/g, (_, letter: string) => UNESCAPED[letter] ?? letter) : field,
  );
}

/** In quotes where CSV needs them, and where PostgreSQL would take it for NULL or for the end. */
function quoted(text: string): string {
  return text === '' || text === '\\.' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

async function writeToStdout(content: Content): Promise<void> {
  try {
    await pipeline(Readable.from(content), process.stdout, { end: false });
  } catch (error) {
    throw unwritable('The standard output', error as NodeJS.ErrnoException);
  }
}

/**
 * Writes files under names of their own for the while; only when all are complete they get theirs. Nothing half done stays,
 * not even where the process exits meanwhile.
 *
 * @param folder one that was made for them
 */
async function writeFiles(files: ReadonlyMap<string, Content>, force: boolean, folder?: string): Promise<void> {
  for (const path of files.keys()) await refuseTaken(path, force);
  const partials = new Map<string, string>();
  const undo = (): void => {
    for (const partial of partials.values()) rmSync(partial, { force: true });
    if (folder) rmSync(folder, { recursive: true });
  };
  process.once('exit', undo);
  try {
    for (const [path, content] of files) {
      const partial = `${path}.${process.pid}.partial`;
      try {
        const file = await open(partial, 'w');
        partials.set(path, partial);
        await pipeline(Readable.from(content), file.createWriteStream());
      } catch (error) {
        throw unwritable(path, error as NodeJS.ErrnoException);
      }
    }
    for (const [path, partial] of partials) await rename(partial, path);
  } catch (error) {
    undo();
    throw error;
  } finally {
    process.off('exit', undo);
  }
}

async function refuseTaken(path: string, force: boolean): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isFile()) throw new UserError(`${path} is not a file. Give the name of a file.`);
  if (found && !force) throw new UserError(`${path} already exists. Give --force to replace it, or another name.`);
}

/** What the file system says, in one line; any other error, of a row for example, is that error. */
function unwritable(path: string, error: NodeJS.ErrnoException): Error {
  if (!error.syscall) return error;
  const reason = /^\w+: ([^,]*)/.exec(error.message)?.[1] ?? error.message;
  return new UserError(`${path} can't be written: ${reason}.`, { cause: error });
}
