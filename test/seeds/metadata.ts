import { DataSource, type EntityMetadata, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { ReadableNamingStrategy } from '../../src/database/naming-strategy';

class Unconnected extends DataSource {
  async metadata(): Promise<EntityMetadata[]> {
    await this.buildMetadatas();
    return this.entityMetadatas;
  }
}

/** What TypeORM knows about entities, without a database. */
export function metadataOf(entities: EntityTarget<ObjectLiteral>[]): Promise<EntityMetadata[]> {
  return new Unconnected({
    type: 'postgres',
    entities: entities as (new () => object)[],
    namingStrategy: new ReadableNamingStrategy(),
  }).metadata();
}
