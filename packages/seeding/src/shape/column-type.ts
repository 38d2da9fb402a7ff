import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata';

/** A column as far as its values are concerned. */
export type ColumnType = Pick<ColumnMetadata, 'type' | 'isArray' | 'isNullable'>;

/** The type's name, as SQL has it. */
export function typeName({ type }: Pick<ColumnType, 'type'>): string {
  return typeof type === 'function' ? type.name.toLowerCase() : type;
}
