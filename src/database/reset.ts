import { runCommand, UserError } from '@entity-backend/schema';
import { Command } from 'commander';
import { readConfiguration } from './configuration';
import { EntityDataSource } from './data-source';

/** As initdb makes it: everybody may use it, and only the database's owner may create in it. */
const EMPTY = `
  DROP SCHEMA public CASCADE;
  CREATE SCHEMA public AUTHORIZATION pg_database_owner;
  COMMENT ON SCHEMA public IS 'standard public schema';
  GRANT USAGE ON SCHEMA public TO PUBLIC;`;

/** `npm run db:reset`: an embedded database without a table, to start over. */
runCommand(async () => {
  new Command('npm run db:reset')
    .description('Empties the embedded PostgreSQL: all tables and rows are gone. "npm run seed" fills it anew.')
    .allowExcessArguments(false)
    .parse();
  const configuration = readConfiguration();
  if (!configuration.embedded)
    throw new UserError(
      'DATABASE_URL or DATABASE_SECRET_FILE names a server: only the embedded PostgreSQL is emptied. Use dropdb and createdb.',
    );
  const dataSource = await new EntityDataSource(configuration, { entities: [], migrations: [] }).initialize();
  try {
    await dataSource.query(EMPTY);
  } finally {
    await dataSource.destroy();
  }
  console.log(`Empty: the database in ${configuration.databaseDirectory}. "npm run seed" fills it anew.`);
});
