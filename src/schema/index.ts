/** The language that entities are written in, beyond TypeORM's own decorators. */
export type { Command, Role, TriggerFunction } from './declarations';
export { Enumeration } from './enumeration';
export { Extension } from './extension';
export { FormerName } from './former-name';
export { HasDefault } from './has-default';
export { desc, Index } from './indexes';
export { Grant, Policy, RowLevelSecurity } from './row-level-security';
export { Trigger, triggerFunction } from './triggers';
