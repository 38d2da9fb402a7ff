/** What leads from one schema to another: `changesBetween` at once, `stagesBetween` while others work with the database. */
export type { Change, Hazard, HazardKind } from './change';
export { type ChangeOptions, changesBetween } from './differences';
export type { Rename } from './renames';
export { type Stage, stagesBetween } from './stages';
