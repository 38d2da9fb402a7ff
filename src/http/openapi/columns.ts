import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { type ColumnOptions, getMetadataArgsStorage } from 'typeorm';

/** A class whose objects are rows. */
type Entity<T> = new () => T;

/** The JSON Schema of each PostgreSQL type. */
const TYPES: Readonly<Record<string, ApiPropertyOptions>> = {
  uuid: { type: 'string', format: 'uuid' },
  text: { type: 'string' },
  varchar: { type: 'string' },
  // As text, to keep all digits.
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
 * Describes an entity's columns to OpenAPI: type, length, enumeration and nullability, as the columns declare them, so that
 * entities need no HTTP decorators. Call it before a DTO picks properties of the entity.
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
