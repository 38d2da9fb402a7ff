import * as audit from './audit';
import * as notes from './notes';

export * from './audit';
export * from './notes';

/** Every table of the database, domain by domain, as documentation and reports list them. */
export const entities = Object.values({
  ...notes,
  ...audit,
});
