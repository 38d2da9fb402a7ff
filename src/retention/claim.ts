import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { ArchiveRefusedError } from './archive-file';

/** An empty file in the folder of an archive; the rest of its name identifies the database. */
const MARKER = '.database-';

/** Embedded databases are copies of one cluster, with one system identifier; each has a setting of its own. */
const DATABASE_ID = `
  SELECT concat_ws('-', system_identifier, oid, (
    SELECT substr(setting, length('embedded.id=') + 1) FROM pg_db_role_setting, unnest(setconfig) AS setting
    WHERE setdatabase = pg_database.oid AND setrole = 0 AND setting LIKE 'embedded.id=%'
  )) AS id FROM pg_control_system(), pg_database WHERE datname = current_database()`;

/**
 * Claims a folder for the database: whoever holds the database's retention lock owns the folder's unfinished files, so a
 * folder has to belong to one database.
 *
 * @throws ArchiveRefusedError if it belongs to another database
 */
export async function claim(connection: QueryRunner, directory: string): Promise<void> {
  const [{ id }] = (await connection.query(DATABASE_ID)) as [{ id: string }];
  const marker = join(directory, MARKER + id);
  if (await isMarked(directory, MARKER + id)) return;
  await (await open(marker, 'wx', 0o600)).close();
  // Two databases may have come at once: then neither gets the folder.
  await isMarked(directory, MARKER + id).catch(async (error: unknown) => {
    await unlink(marker);
    throw error;
  });
}

async function isMarked(directory: string, own: string): Promise<boolean> {
  const markers = (await readdir(directory)).filter((name) => name.startsWith(MARKER));
  const foreign = markers.find((name) => name !== own);
  if (foreign !== undefined)
    throw new ArchiveRefusedError(
      `${directory} holds the archive of another database. Choose another folder with --directory. If it is the same database, moved, and the folder has no .partial files, remove ${foreign}.`,
    );
  return markers.length > 0;
}
