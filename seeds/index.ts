import 'reflect-metadata';
import { entityFactories } from '@entity-backend/seeding';
import { ReadableNamingStrategy } from '../src/database/naming-strategy';
import { readConfiguration } from '../src/database/configuration';
import { entities } from '../src/entities';
import { declared } from './factories';

/**
 * Creates entities for tests with the factories of the demo data:
 *
 *     const author = await factory(Author).state('PowerUser').create(dataSource);
 *     const replies = await factory(Reply).createMany(dataSource, 3, { platform: 'REDDIT' });
 *     const unsaved = factory(Task).build({ title: 'Call home' });
 */
export const factory = entityFactories(entities, declared, new ReadableNamingStrategy());

// Used by `npm run seed`.
export { factories } from './factories';
export { PROFILES as profiles } from './profiles';
const { embedded, nodeEnv } = readConfiguration();
export const production = nodeEnv === 'production';
/** The audit log lets nobody delete but the retention job. */
export const deleteSettings = { 'app.job': 'retention' };
export const migrateHint =
  'run "npm run migrate", after "npm run migration:generate -- Name" if the migration is not written yet';
export const next = embedded
  ? '"npm run db" keeps the database running and prints its URL for psql.'
  : 'open it in psql or any other client; "npm run seed -- --reset" recreates the demo data.';
