import * as audit from './audit';
import * as competitors from './competitors';
import * as conversations from './conversations';
import * as engagement from './engagement';
import * as experiments from './experiments';
import * as identity from './identity';
import * as intents from './intents';
import * as oversight from './oversight';
import * as social from './social';
import * as tasks from './tasks';

export * from './audit';
export * from './competitors';
export * from './conversations';
export * from './engagement';
export * from './experiments';
export * from './identity';
export * from './intents';
export * from './oversight';
export * from './social';
export * from './tasks';

/** Every table of the database, domain by domain, as documentation and reports list them. */
export const entities = Object.values({
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
});
