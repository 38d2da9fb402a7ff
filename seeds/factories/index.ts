import type { FactoryInProfiles } from '../profiles';
import { audit } from './audit';
import { competitors } from './competitors';
import { conversations } from './conversations';
import { engagement } from './engagement';
import { experiments } from './experiments';
import { identity } from './identity';
import { intents } from './intents';
import { oversight } from './oversight';
import { social } from './social';
import { tasks } from './tasks';

/** The factories with their types: which entity each is of, and which states it declares. */
export const declared = [
  ...identity,
  ...conversations,
  ...tasks,
  ...intents,
  ...engagement,
  ...social,
  ...competitors,
  ...experiments,
  ...oversight,
  ...audit,
] as const;

/** How each table is filled. Their order means nothing: foreign keys decide which comes first. */
export const factories: readonly FactoryInProfiles[] = declared;
