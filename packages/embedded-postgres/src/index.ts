/** PostgreSQL for development and tests, with nothing to install. */
export { type EmbeddedDatabase, type MemoryDatabase, openEmbedded, openMemory, type SharedDatabase } from './databases';
export { UserError } from './errors';
export { serve } from './serve';
