import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UserError } from '@entity-backend/schema';

/** The formats of files. A file keeps its format when its entity declares another one. */
const EXTENSIONS = ['.json', '.json.gz', '.csv'] as const;
export type Extension = (typeof EXTENSIONS)[number];
/** What the names of a file and of its checksum end with until the transaction of its rows is known to be committed. */
const PARTIAL = /\.tx(\d+)\.partial$/;
const CHECKSUM = '.sha256';
/** Archives hold personal data: files and folders are their owner's alone. */
const FILE_MODE = 0o600;
export const FOLDER_MODE = 0o700;

/** An archive can't be trusted, or is not what was asked for. */
export class ArchiveRefusedError extends UserError {}

/** A file that does not have its final name yet. */
export interface Partial {
  /** Its final path. */
  readonly path: string;
  /** The id of the transaction that deletes its rows (or, where it is made of parts, wrote it): it counts once that is committed. */
  readonly transaction: string;
  /** What its name ends with until then. */
  readonly suffix: string;
}

export function partialOf(path: string, transaction: string): Partial {
  return { path, transaction, suffix: `.tx${transaction}.partial` };
}

/** Undefined: the name is not that of an unfinished file. */
export function parsePartial(path: string): Partial | undefined {
  const transaction = PARTIAL.exec(path)?.[1];
  return transaction === undefined ? undefined : partialOf(path.replace(PARTIAL, ''), transaction);
}

/** Undefined: the name is not that of an archive. */
export function extensionOf(path: string): Extension | undefined {
  return EXTENSIONS.find((extension) => path.endsWith(extension));
}

/** The path of a file that does not exist yet in any form: `posts-2026.json`, or else `posts-2026-2.json` … */
export async function unusedPath(directory: string, name: string, extension: Extension): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(directory, `${name}${number === 1 ? '' : `-${number}`}${extension}`);
    const taken = await Promise.all([path, `${path}${CHECKSUM}`, partOf(path, 1)].map(exists));
    if (!taken.includes(true)) return path;
  }
}

/** The path of a file's part, from 1 on: `audit_logs-2020.part-1.json.gz`. */
export function partOf(path: string, number: number): string {
  const extension = extensionOf(path)!;
  return `${path.slice(0, -extension.length)}.part-${number}${extension}`;
}

/** The parts that there are of a file, in their order. */
export async function partsOf(path: string): Promise<string[]> {
  const parts: string[] = [];
  for (;;) {
    const part = partOf(path, parts.length + 1);
    if (!(await exists(part))) return parts;
    parts.push(part);
  }
}

/** Removes the parts of a file and their checksums, the first of them last: as long as there is any, there is that one. */
export async function removeParts(parts: readonly string[]): Promise<void> {
  for (const part of parts.toReversed()) {
    if (await exists(`${part}${CHECKSUM}`)) await unlink(`${part}${CHECKSUM}`);
    await unlink(part);
  }
}

/**
 * Writes a file under its partial name, and its checksum, in the form of sha256sum(1), under one too. Both are on the disk,
 * with their names, when it returns.
 */
export async function writeDurably({ path, suffix }: Partial, content: AsyncIterable<string | Buffer>): Promise<void> {
  const hash = createHash('sha256');
  await writeSynced(`${path}${suffix}`, async (file) => {
    const write = async (chunks: AsyncIterable<string | Buffer>): Promise<void> => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await file.appendFile(chunk);
      }
    };
    if (path.endsWith('.gz')) await pipeline(content, createGzip(), write);
    else await pipeline(content, write);
  });
  await writeSynced(`${path}${CHECKSUM}${suffix}`, (file) =>
    file.writeFile(`${hash.digest('hex')}  ${basename(path)}\n`),
  );
  await syncDirectory(path);
}

async function writeSynced(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Gives a file and its checksum their final names, the checksum first: a run may die in between.
 *
 * @throws ArchiveRefusedError if there is a file of that name
 */
export async function finish({ path, suffix }: Partial): Promise<void> {
  if (await exists(path))
    throw new ArchiveRefusedError(`${path} and ${basename(path)}${suffix} both exist. Move the first one away.`);
  const checksum = `${path}${CHECKSUM}${suffix}`;
  if (await exists(checksum)) await rename(checksum, `${path}${CHECKSUM}`);
  await rename(`${path}${suffix}`, path);
  await syncDirectory(path);
}

/** Removes a file that does not count, and its checksum, if it has one, first. */
export async function discard({ path, suffix }: Partial): Promise<void> {
  if (await exists(`${path}${CHECKSUM}${suffix}`)) await unlink(`${path}${CHECKSUM}${suffix}`);
  await unlink(`${path}${suffix}`);
}

/** @throws ArchiveRefusedError if the content of an unfinished file is not what was written */
export async function verify({ path, suffix }: Partial): Promise<void> {
  const checksum = (await checksumIn(`${path}${CHECKSUM}${suffix}`)) ?? (await checksumIn(`${path}${CHECKSUM}`));
  await compare(`${path}${suffix}`, checksum);
}

/** @throws ArchiveRefusedError if the content of an archive is not what was written */
export async function verifyArchive(path: string): Promise<void> {
  await compare(path, await checksumIn(`${path}${CHECKSUM}`));
}

/** The checksum in a file; undefined: there is none. */
async function checksumIn(path: string): Promise<string | undefined> {
  if (!(await exists(path))) return undefined;
  return /^([0-9a-f]{64}) {2}.+\n$/.exec(await readFile(path, 'utf8'))?.[1];
}

async function compare(path: string, checksum: string | undefined): Promise<void> {
  if (checksum === undefined) throw new ArchiveRefusedError(`${path} has no checksum. Put its .sha256 file beside it.`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') !== checksum)
    throw new ArchiveRefusedError(
      `${path} was changed after it was archived: its SHA-256 is not the one in its .sha256 file. Restore the file from a backup.`,
    );
}

/** The content of an archive, unpacked. */
export async function* contentOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  if (!basename(path).includes('.gz')) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const unpacked = createGunzip();
  file.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  yield* unpacked as AsyncIterable<Buffer>;
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
