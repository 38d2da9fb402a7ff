import { createHash } from 'node:crypto';
import { DefaultNamingStrategy, getMetadataArgsStorage, type NamingStrategyInterface, type Table } from 'typeorm';
import { snakeCase } from '../entities/snake-case';

/** PostgreSQL cuts longer identifiers off, silently. */
const LONGEST_IDENTIFIER_BYTES = 63;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** The name itself, or its beginning and a hash of the whole where PostgreSQL would cut it off. */
function fit(name: string): string {
  if (Buffer.byteLength(name) <= LONGEST_IDENTIFIER_BYTES) return name;
  let start = name;
  while (Buffer.byteLength(start) > LONGEST_IDENTIFIER_BYTES - 9) start = start.slice(0, -1);
  return `${start}_${hash(name)}`;
}

/** The first column that a check's expression names: `"role" IN (…)` → `role`. */
function firstColumn(expression: string): string {
  return /"([^"]+)"/.exec(expression)?.[1] ?? hash(expression);
}

/** Whether an entity gives this prefix to an embedded class. If not, the prefix is the name of the property. */
function isGivenPrefix(prefix: string): boolean {
  return getMetadataArgsStorage().embeddeds.some((embedded) => embedded.prefix === prefix);
}

/**
 * Snake-case tables and columns, and constraint names that a person can read in an error message and a program can map
 * to a domain error: `pk_<table>`, `fk_<table>_<column>`, `uq_<table>_<columns>`, `chk_<table>_<column>`,
 * `idx_<table>_<columns>`, at most 63 bytes (DATA_MODEL, "Names"). A name that an entity gives stays as it is.
 */
export class ReadableNamingStrategy extends DefaultNamingStrategy implements NamingStrategyInterface {
  override tableName(className: string, given?: string): string {
    return given ?? snakeCase(className);
  }

  override columnName(property: string, given: string | undefined, prefixes: string[]): string {
    const parts = prefixes.map((prefix) => (isGivenPrefix(prefix) ? prefix : snakeCase(prefix)));
    return [...parts, given ?? snakeCase(property)].join('_');
  }

  override relationName(property: string): string {
    return snakeCase(property);
  }

  override joinColumnName(relation: string, referencedColumn: string): string {
    return snakeCase(`${relation}_${referencedColumn}`);
  }

  override joinTableName(firstTable: string, secondTable: string, firstProperty: string): string {
    return snakeCase(`${firstTable}_${firstProperty.replaceAll('.', '_')}_${secondTable}`);
  }

  override joinTableColumnName(table: string, property: string, column?: string): string {
    return snakeCase(`${table}_${column ?? property}`);
  }

  override primaryKeyName(table: Table | string): string {
    return fit(`pk_${this.getTableName(table)}`);
  }

  override uniqueConstraintName(table: Table | string, columns: string[]): string {
    return fit(`uq_${this.getTableName(table)}_${columns.join('_')}`);
  }

  override relationConstraintName(table: Table | string, columns: string[]): string {
    return this.uniqueConstraintName(table, columns);
  }

  override foreignKeyName(table: Table | string, columns: string[]): string {
    return fit(`fk_${this.getTableName(table)}_${columns.join('_')}`);
  }

  override indexName(table: Table | string, columns: string[], where?: string): string {
    return fit(['idx', this.getTableName(table), ...columns, ...(where ? [hash(where)] : [])].join('_'));
  }

  override checkConstraintName(table: Table | string, expression: string): string {
    return fit(`chk_${this.getTableName(table)}_${firstColumn(expression)}`);
  }

  override exclusionConstraintName(table: Table | string, expression: string): string {
    return fit(`ex_${this.getTableName(table)}_${hash(expression)}`);
  }
}
