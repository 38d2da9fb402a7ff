/**
 * A DataSource with migrations of a test's own, for `entity-schema -d` and the stock `typeorm -d`:
 * MIGRATIONS=<glob of JavaScript files> and DATABASE_URL.
 */
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';

export default new EntityDataSource(readConfiguration(), { entities: [], migrations: [process.env.MIGRATIONS!] });
