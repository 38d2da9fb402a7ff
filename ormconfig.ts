import { join } from 'node:path';
import { describeError } from '@entity-backend/schema';
import { readConfiguration } from './src/database/configuration';
import { EntityDataSource } from './src/database/data-source';
import { entities } from './src/entities';

/** The DataSource of the application, the commands and TypeORM's own command line. */
export default composed();

function composed(): EntityDataSource {
  try {
    return new EntityDataSource(readConfiguration(), {
      entities,
      migrations: [join(__dirname, 'src/migrations/*.{ts,js}')],
      schema: {
        entities: join(__dirname, 'src/entities'),
        docs: join(__dirname, 'docs/schema'),
        // Our conventions, which npm run db:check holds the entities to.
        rules: {
          'foreign-key-without-index': true,
          'grant-without-row-level-security': true,
          'name-off-the-pattern': true,
          'no-comment': true,
          'status-without-check': true,
          'timestamp-without-time-zone': true,
          'typeorm-disagrees': true,
        },
      },
    });
  } catch (error) {
    // Thrown on, it would come out of TypeORM's command line as a stack trace, or not at all.
    console.error(describeError(error));
    process.exit(1);
  }
}
