import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite, type PGliteOptions } from '@electric-sql/pglite';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { citext } from '@electric-sql/pglite/contrib/citext';
import { cube } from '@electric-sql/pglite/contrib/cube';
import { hstore } from '@electric-sql/pglite/contrib/hstore';
import { ltree } from '@electric-sql/pglite/contrib/ltree';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { pgcrypto } from '@electric-sql/pglite/contrib/pgcrypto';
import { unaccent } from '@electric-sql/pglite/contrib/unaccent';
import { uuid_ossp } from '@electric-sql/pglite/contrib/uuid_ossp';
import { vector } from '@electric-sql/pglite-pgvector';
import type { BackendOptions } from './backend';
import { explainFailure } from './failure';

/** Takes each line of PostgreSQL's log. */
type Log = (line: string) => void;

/** The extensions that CREATE EXTENSION can install: those that TypeORM installs by itself, and a few common ones. */
const EXTENSIONS = {
  btree_gin,
  btree_gist,
  citext,
  cube,
  hstore,
  ltree,
  pg_trgm,
  pgcrypto,
  unaccent,
  uuid_ossp,
  vector,
};

/** PGlite's default parameters, and ours. */
const START_PARAMETERS = [
  ...PGlite.defaultStartParams,
  ...parameters({
    // As on any server.
    search_path: '"$user", public',
    // Less memory than the 128 MB of the default.
    shared_buffers: '16MB',
    // There is no replication, and a short write-ahead log is enough: see Checkpoints.
    wal_level: 'minimal',
    max_wal_senders: '0',
    min_wal_size: '32MB',
    max_wal_size: '64MB',
  }),
];

/**
 * Opens a database, and creates it if it does not exist.
 *
 * @throws UserError if the directory can't be opened: other version, damaged, read-only
 */
export async function openCluster({ directory, template }: BackendOptions, log: Log): Promise<PGlite> {
  if (!directory) return template ? open({ loadDataDir: readTar(template) }, log) : openEmpty({}, log);
  const cluster = join(directory, 'postgres');
  // This file exists while the cluster is being created. An unfinished cluster contains no data.
  const unfinished = `${cluster}.unfinished`;
  try {
    if (!existsSync(cluster) || existsSync(unfinished)) return await createCluster(cluster, unfinished, log);
    checkVersion(cluster);
    return await open({ dataDir: cluster }, log);
  } catch (error) {
    throw explainFailure(directory, error);
  }
}

async function open(options: PGliteOptions, log: Log): Promise<PGlite> {
  const onStderr = (line: string): boolean => {
    log(line);
    return false;
  };
  const database = await PGlite.create({ ...options, extensions: EXTENSIONS, startParams: START_PARAMETERS, onStderr });
  // A copy has the same system identifier as its original; this setting distinguishes them.
  if (options.loadDataDir) await database.exec(`ALTER DATABASE postgres SET embedded.id = '${randomUUID()}'`);
  return database;
}

async function createCluster(cluster: string, unfinished: string, log: Log): Promise<PGlite> {
  writeFileSync(unfinished, '');
  rmSync(cluster, { recursive: true, force: true });
  mkdirSync(cluster, { mode: 0o700 });
  const database = await openEmpty({ dataDir: cluster }, log);
  rmSync(unfinished);
  return database;
}

/** Opens a new database. initdb takes 3 s, so its result is cached in node_modules/.cache, if that is writable. */
async function openEmpty(options: PGliteOptions, log: Log): Promise<PGlite> {
  const file = cacheFile();
  if (existsSync(file)) return open({ ...options, loadDataDir: readTar(file) }, log);
  const database = await open(options, log);
  try {
    mkdirSync(dirname(file), { recursive: true });
    await writeTar(database, file);
  } catch (error) {
    log(`${file} can't be written: ${String(error)}`);
  }
  return database;
}

function cacheFile(): string {
  const pglite = dirname(dirname(require.resolve('@electric-sql/pglite')));
  const { version } = JSON.parse(readFileSync(join(pglite, 'package.json'), 'utf8')) as { version: string };
  return join(pglite, '..', '..', '.cache', 'embedded-postgres', `empty-cluster-${version}.tar`);
}

function readTar(file: string): Blob {
  return new Tar(readFileSync(file));
}

/** Bytes as a Blob, as PGlite needs them, without Blob's slow way through a stream. */
class Tar extends Blob {
  constructor(private readonly content: Uint8Array<ArrayBuffer>) {
    super([]);
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.content.buffer);
  }
}

/** Writes a tar of a database, atomically. */
export async function writeTar(database: PGlite, file: string): Promise<void> {
  const tar = await database.dumpDataDir('none');
  const partial = `${file}.${process.pid}`;
  writeFileSync(partial, Buffer.from(await tar.arrayBuffer()));
  renameSync(partial, file);
}

/** @throws Error if another version of PostgreSQL created the cluster */
function checkVersion(cluster: string): void {
  const version = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (version !== POSTGRES_VERSION)
    throw new Error(`it was created by PostgreSQL ${version}, and this is PostgreSQL ${POSTGRES_VERSION}`);
}

/** The major version of the PostgreSQL in PGlite. */
const POSTGRES_VERSION = '18';

function parameters(values: Record<string, string>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
