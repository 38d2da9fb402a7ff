import { join } from 'node:path';
import { UserError } from './errors';
import { openEmbedded } from './databases';

/**
 * Keeps the database of a data directory running until SIGINT or SIGTERM, and prints its URL.
 *
 * @throws UserError if it can't be opened, or the server stops by itself
 */
export async function serve(directory: string, port?: number): Promise<void> {
  const database = await openEmbedded({ directory, port });
  console.log(`The embedded PostgreSQL is running on ${directory}. Connect with

    psql ${database.url}

or with this URL in any other client (one transaction at a time). Press Ctrl-C to stop: the server ends when its last client has disconnected.`);
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      asked = true;
      void database.close();
    });
  await database.ended();
  if (!asked) throw new UserError(`The embedded PostgreSQL has stopped: see ${join(directory, 'server.log')}.`);
}
