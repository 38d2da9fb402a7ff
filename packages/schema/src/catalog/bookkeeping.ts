/** Tables that TypeORM and the release runner keep for themselves: no part of the schema. */
export const BOOKKEEPING_TABLES = ['migrations', 'typeorm_metadata', 'migration_checksums'];
