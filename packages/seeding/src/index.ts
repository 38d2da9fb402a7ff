/** Demo data and test entities: what a file of factories imports, and what programs and tests call. */
export type { Profile, Seeds } from './command/seeds';
export { isoTime } from './encoding/iso';
export type { TablePlan } from './loading/plan';
export { type OnProgress, seed, type SeedOptions } from './loading/seeder';
export { type SizeOptions, type Sizes, sizesOf } from './loading/sizes';
export { pool } from './random/pool';
export { DAY, HOUR, type List, MINUTE, Random, type Rhythm, round, scramble, SECOND } from './random/random';
export { type Basis, compileTables, type Table } from './rows/table';
export { lineOf } from './rows/written-row';
export { defineFactory, type Factory, oneIn, perParent, perScale } from './shape/factory';
export type { AnyRow, Row, Rows } from './shape/row';
export { type EntityFactory, entityFactories, type StateOf } from './test-factories/entity-factory';
