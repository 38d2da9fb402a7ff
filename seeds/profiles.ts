import { getMetadataArgsStorage } from 'typeorm';
import { ReadableNamingStrategy } from '../src/database/naming-strategy';
import type { Factory, Profile } from '@entity-backend/seeding';
import { factories } from './factories';

export type ProfileName = 'demo' | 'test' | 'load';

/** A factory that may set the number of rows of its table per profile. Default: the number from the profile's scale. */
export interface FactoryInProfiles extends Factory {
  readonly rowsIn?: Readonly<Partial<Record<ProfileName, number>>>;
}

/** The profiles for --profile. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  /** The default: about 800 rows, few enough to look through. */
  demo: { scale: 1, rows: rowsIn('demo') },
  /** For tests: small, but with each value of each enumeration. */
  test: { scale: 20, rows: rowsIn('test') },
  /** For measurements: about a million rows. */
  load: { scale: 1650, rows: rowsIn('load') },
};

/** The rows by table that the factories set for a profile; undefined: none. */
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
