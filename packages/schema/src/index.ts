/** The language that entities are written in, beyond TypeORM's own decorators. */
export type { Command, Role, TriggerFunction } from './declarations';
export { Enumeration } from './enumeration';
export { Extension } from './extension';
export { FormerName } from './former-name';
export { HasDefault } from './has-default';
export { desc, Index } from './indexes';
export { describeRetention, Retention, retentionOf } from './language/retention';
export { Grant, Policy, RowLevelSecurity } from './row-level-security';
export { Trigger, triggerFunction } from './triggers';
export { declarationsOf } from './declarations';
export { parsedUrl, urlOf, withoutPassword } from './database-url';
export { ConfigurationError, describeError, explainError, isUnavailable, runCommand, UserError } from './errors';
export { EntitySchemaBuilder } from './generator/schema-builder';
export { isUpToDate, planMigrations, type KnownMigration, MigrationsRefusedError } from './migrations/history';
export { migrate, type MigrateOptions } from './migrations/runner';
export { configureSchema, type SchemaSettings } from './settings';
export { ReadableNamingStrategy, snakeCase } from './naming-strategy';
export { entityMetadatasOf, loadDataSource } from './load-data-source';
