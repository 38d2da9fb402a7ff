import type { FactoryInProfiles } from '../profiles';
import { notes } from './notes';

/** The factories with their types: which entity each is of, and which states it declares. */
export const declared = [...notes] as const;

/** How each table is filled. Their order means nothing: foreign keys decide which comes first. */
export const factories: readonly FactoryInProfiles[] = declared;
