import { serve } from '@entity-backend/embedded-postgres';
import { runCommand, UserError } from '@entity-backend/schema';
import { Command } from 'commander';
import { readConfiguration } from './configuration';

/** `npm run db`: keeps the embedded PostgreSQL running until it is stopped. */
runCommand(async () => {
  new Command('npm run db')
    .description('Keeps the embedded PostgreSQL running until Ctrl-C, for psql and other clients.')
    .allowExcessArguments(false)
    .parse();
  const { embedded, databaseDirectory } = readConfiguration();
  if (!embedded)
    throw new UserError('DATABASE_URL or DATABASE_SECRET_FILE is set: unset it to use the embedded PostgreSQL.');
  await serve(databaseDirectory);
});
