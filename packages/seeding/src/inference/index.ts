/** What an entity implies for its rows: the one door to how CHECKs, validators and unique constraints are read. */
export { checksOfRows, type Constraints, constraintsOf, uniqueSetsOf } from './constraints';
export { solver, type Tie, tiesOf, type Unknown, withValues } from './solver';
export { type Capacity, type Numbering, numberingOf } from './uniqueness';
export { type ValueDomain, valuesOf } from './value-domain';
