/** Demo data and test entities: what a file of factories imports. */
export { type EntityFactory, entityFactories, type StateOf } from './entity-factory';
export { defineFactory, type Factory, oneIn, perParent, perScale, type Row, type Rows } from './factory';
export { isoTime } from './iso';
export { pool } from './pool';
export { DAY, HOUR, MINUTE, Random, type Rhythm, round, scramble, SECOND } from './random';
export type { Profile, Seeds } from './command/seeds';
