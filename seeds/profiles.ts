import { getMetadataArgsStorage } from 'typeorm';
import { ReadableNamingStrategy } from '../src/database/naming-strategy';
import type { Factory, Profile } from '@entity-backend/seeding';
import { factories } from './factories';

export type ProfileName = 'demo' | 'test' | 'load';

/** A factory that may say how many rows its table has in a profile. Default: as many as the profile's scale gives. */
export interface FactoryInProfiles extends Factory {
  readonly rowsIn?: Readonly<Partial<Record<ProfileName, number>>>;
}

/** The shapes that have a name, for --profile. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** What a person can look through: about 800 rows. What runs where nothing is asked for. */
  demo: { scale: 1, rows: rowsIn('demo') },
  /** Small, and yet each value of each enumeration occurs: for tests. */
  test: { scale: 20, rows: rowsIn('test') },
  /** About a million rows: for measurements. */
  load: { scale: 1650, rows: rowsIn('load') },
};

/** What the factories say about a profile, by table; undefined: nothing. */
function rowsIn(profile: ProfileName): Record<string, number> | undefined {
  const sizes = factories.flatMap(({ entity, rowsIn: { [profile]: rows } = {} }) =>
    rows === undefined ? [] : [[tableOf(entity), rows] as const],
  );
  return sizes.length > 0 ? Object.fromEntries(sizes) : undefined;
}

function tableOf(entity: Factory['entity']): string {
  const [table] = getMetadataArgsStorage().filterTables(entity);
  return new ReadableNamingStrategy().tableName(entity.name, table.name);
}
