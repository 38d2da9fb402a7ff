import { join } from 'node:path';
import { readConfiguration } from './src/database/configuration';
import { EntityDataSource } from './src/database/data-source';
import { describeError } from './src/database/errors';
import { entities } from './src/entities';
import { EntitySchemaBuilder } from './src/schema/generator/schema-builder';

/** The DataSource of the application, the commands and TypeORM's own command line. */
export default composed();

function composed(): EntityDataSource {
  try {
    return new EntityDataSource(readConfiguration(), {
      entities,
      migrations: [join(__dirname, 'src/migrations/*.{ts,js}')],
      createSchemaBuilder: (dataSource) => new EntitySchemaBuilder(dataSource, join(__dirname, 'src/entities')),
    });
  } catch (error) {
    // Thrown on, it would come out of TypeORM's command line as a stack trace, or not at all.
    console.error(describeError(error));
    process.exit(1);
  }
}
