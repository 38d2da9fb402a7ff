import { join } from 'node:path';
import { Command } from 'commander';
import { readConfiguration } from './configuration';
import { openEmbedded } from './embedded';
import { runCommand, UserError } from './errors';

/** `npm run db`: keeps the embedded PostgreSQL running while it runs itself. */
async function main(): Promise<void> {
  new Command('npm run db')
    .description('Keeps the embedded PostgreSQL running, for psql and GUIs, until Ctrl-C.')
    .allowExcessArguments(false)
    .parse();
  const { embedded, databaseDirectory } = readConfiguration();
  if (!embedded)
    throw new UserError(
      'DATABASE_URL or DATABASE_SECRET_FILE names a server: unset it to use the embedded PostgreSQL.',
    );
  const database = await openEmbedded({ directory: databaseDirectory });
  console.log(`The embedded PostgreSQL runs on ${databaseDirectory}. Connect with

    psql ${database.url}

or with this URL in any other client (one transaction at a time). Ctrl-C lets go of it: it ends with its last client.`);
  let asked = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      asked = true;
      void database.close();
    });
  await database.ended();
  if (!asked) throw new UserError(`The embedded PostgreSQL has ended: see ${join(databaseDirectory, 'server.log')}.`);
}

runCommand(main);
