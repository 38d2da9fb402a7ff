/** The language that entities are written in, beyond TypeORM's own decorators. */
export type { Command, Role, TriggerFunction } from './language/declarations';
export { Enumeration } from './language/enumeration';
export { Extension } from './language/extension';
export { FormerName } from './language/former-name';
export { HasDefault } from './language/has-default';
export { desc, Index } from './language/indexes';
export { Grant, Policy, RowLevelSecurity } from './language/row-level-security';
export { Trigger, triggerFunction } from './language/triggers';
export { declarationsOf } from './language/declarations';
export { parsedUrl, urlOf, withoutPassword } from './database-url';
export { ConfigurationError, describeError, explainError, isUnavailable, runCommand, UserError } from './errors';
export { EntitySchemaBuilder } from './schema-builder';
export { isUpToDate, planMigrations, type KnownMigration, MigrationsRefusedError } from './migrations/history';
export { migrate, type MigrateOptions } from './migrations/runner';
export { configureSchema, type RuleSettings, type SchemaSettings } from './settings';
export { entityMetadatasOf, loadDataSource, loadFile } from './load-data-source';
