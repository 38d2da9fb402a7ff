/**
 * The release runner as a process of its own, on migrations of a test's own:
 * `node -r ./typescript.js release.fixture.ts …flags` with MIGRATIONS=<glob of JavaScript files> and DATABASE_URL. As the
 * default export it is what the stock `typeorm -d` takes.
 */
import { readConfiguration } from '../../src/database/configuration';
import { EntityDataSource } from '../../src/database/data-source';
import { runCommand } from '../../src/database/errors';
import { migrationCommand } from '../../src/database/migration-command';

const dataSource = new EntityDataSource(readConfiguration(), { entities: [], migrations: [process.env.MIGRATIONS!] });
export default dataSource;

if (require.main === module) runCommand(() => migrationCommand(dataSource, process.argv));
