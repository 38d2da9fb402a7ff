import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, open, readFile, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { UserError } from '@entity-backend/schema';

/** What a file is called until its rows are known to be deleted. */
export const PARTIAL = '.partial';
const CHECKSUM = '.sha256';

/** An archive can't be trusted, or is not what was asked for. */
export class ArchiveRefusedError extends UserError {}

/** The path of a file that does not exist yet in any form: `posts-2026.json`, or else `posts-2026-2.json` … */
export async function unusedPath(directory: string, name: string, extension: string): Promise<string> {
  for (let number = 1; ; number++) {
    const path = join(directory, `${name}${number === 1 ? '' : `-${number}`}${extension}`);
    const taken = await Promise.all([path, `${path}${PARTIAL}`, `${path}${CHECKSUM}`].map(exists));
    if (!taken.includes(true)) return path;
  }
}

/** The path of a file's part, from 1 on: `audit_logs-2020.part-1.json.gz`. */
export function partOf(path: string, extension: string, number: number): string {
  return `${path.slice(0, -extension.length)}.part-${number}${extension}`;
}

/** The parts that there are of a file, in their order. */
export async function partsOf(path: string, extension: string): Promise<string[]> {
  const parts: string[] = [];
  for (;;) {
    const part = partOf(path, extension, parts.length + 1);
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
 * Writes a file under its partial name, and its checksum beside it in the form of sha256sum(1). Both are on the disk, with
 * their names, when it returns; the checksum says that the file is complete.
 */
export async function writeDurably(path: string, content: AsyncIterable<string | Buffer>): Promise<void> {
  const hash = createHash('sha256');
  const file = await open(`${path}${PARTIAL}`, 'wx');
  try {
    const write = async (chunks: AsyncIterable<string | Buffer>): Promise<void> => {
      for await (const chunk of chunks) {
        hash.update(chunk);
        await file.appendFile(chunk);
      }
    };
    if (path.endsWith('.gz')) await pipeline(content, createGzip(), write);
    else await pipeline(content, write);
    await file.sync();
  } finally {
    await file.close();
  }
  const checksum = await open(`${path}${CHECKSUM}`, 'w');
  try {
    await checksum.writeFile(`${hash.digest('hex')}  ${basename(path)}\n`);
    await checksum.sync();
  } finally {
    await checksum.close();
  }
  await syncDirectory(path);
}

/** Gives a file its final name. */
export async function finish(path: string): Promise<void> {
  await rename(`${path}${PARTIAL}`, path);
  await syncDirectory(path);
}

/** Removes a file under its partial name. Without its checksum it counts as incomplete, so that goes first. */
export async function discard(path: string): Promise<void> {
  if (await exists(`${path}${CHECKSUM}`)) await unlink(`${path}${CHECKSUM}`);
  await unlink(`${path}${PARTIAL}`);
}

/** The checksum written for a file; undefined: there is none, or it was not written to its end. */
export async function recordedChecksum(path: string): Promise<string | undefined> {
  if (!(await exists(`${path}${CHECKSUM}`))) return undefined;
  return /^([0-9a-f]{64}) {2}.+\n$/.exec(await readFile(`${path}${CHECKSUM}`, 'utf8'))?.[1];
}

/** @throws ArchiveRefusedError where the content is not what was written */
export async function verify(content: string, checksum: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(content), hash);
  if (hash.digest('hex') !== checksum)
    throw new ArchiveRefusedError(
      `${content} is not what was archived: its SHA-256 is another one than beside it. Restore the file from a backup.`,
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
