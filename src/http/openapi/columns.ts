import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { type ColumnOptions, getMetadataArgsStorage } from 'typeorm';

/** A class whose objects are rows. */
type Entity<T> = new () => T;

/** JSON Schema of a column's type, by PostgreSQL's name of it. */
const TYPES: Readonly<Record<string, ApiPropertyOptions>> = {
  uuid: { type: 'string', format: 'uuid' },
  text: { type: 'string' },
  varchar: { type: 'string' },
  // As text, so that no digit is lost.
  decimal: { type: 'string' },
  date: { type: 'string', format: 'date' },
  timestamptz: { type: 'string', format: 'date-time' },
  boolean: { type: 'boolean' },
  smallint: { type: 'integer' },
  integer: { type: 'integer' },
  'double precision': { type: 'number' },
  jsonb: { type: 'object', additionalProperties: true },
};

/**
 * Makes an entity known to OpenAPI by its columns, whose types, lengths, enumerations and NULLs are declared there already:
 * entities say nothing of HTTP. To be called before a DTO picks properties of the entity.
 *
 * @returns the entity
 */
export function withColumns<T>(entity: Entity<T>): Entity<T> {
  for (const { propertyName, options } of getMetadataArgsStorage().filterColumns(entity))
    ApiProperty(schemaOf(options))(entity.prototype as object, propertyName);
  return entity;
}

function schemaOf({ type, length, enum: values, nullable = false, array }: ColumnOptions): ApiPropertyOptions {
  return {
    ...TYPES[String(type ?? 'uuid')],
    ...(length !== undefined && { maxLength: Number(length) }),
    ...(values !== undefined && { enum: values as string[] }),
    ...(array && { isArray: true }),
    nullable,
  };
}
