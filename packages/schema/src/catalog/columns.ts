import { inOneForm } from './expression';
import { byRelation, type Query, uses } from './query';

export interface Column {
  name: string;
  /** As a person writes it: 'varchar(255)', 'timestamptz', 'vector(1536)'. */
  type: string;
  nullable: boolean;
  default: string | null;
  identity: 'always' | 'by default' | null;
  generated: { expression: string; stored: boolean } | null;
  /** Where it is not the type's own. */
  collation: string | null;
  comment: string | null;
  uses: string[];
}

const COLUMNS = `
  SELECT relation.relname::text AS relation, attname::text AS name, format_type(atttypid, atttypmod) AS type,
    NOT attnotnull AS nullable, attidentity AS identity, attgenerated AS generated,
    pg_get_expr(adbin, adrelid, true) AS expression,
    (SELECT quote_ident(collname) FROM pg_collation WHERE oid = attcollation AND attcollation <> typcollation) AS collation,
    col_description(relation.oid, attnum) AS comment,
    array_remove(${uses('pg_attrdef', 'pg_attrdef.oid')}, concat_ws('.', relation.relname, attname)) AS uses
  FROM pg_attribute
    JOIN pg_class relation ON relation.oid = attrelid
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE relation.relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
  ORDER BY relation.relname, attnum`;

type ColumnRow = Omit<Column, 'identity' | 'generated' | 'default'> & {
  identity: 'a' | 'd' | '';
  generated: 's' | 'v' | '';
  /** Its default, or what it is generated from. */
  expression: string | null;
};

export function readColumns(query: Query): Promise<(table: string) => Column[]> {
  return byRelation(query, COLUMNS, columnOf);
}

function columnOf({ identity, generated, expression, ...column }: ColumnRow): Column {
  return {
    ...column,
    type: shortType(column.type),
    default: generated ? null : expression,
    identity: identity ? (identity === 'a' ? 'always' : 'by default') : null,
    generated: generated ? { expression: inOneForm(expression!), stored: generated === 's' } : null,
  };
}

/** A type as a person writes it. */
function shortType(type: string): string {
  return type
    .replace('character varying', 'varchar')
    .replace(/^character\b/, 'char')
    .replace('bit varying', 'varbit')
    .replace(/^(timestamp|time)(\(\d\))? with time zone/, '$1tz$2')
    .replace(/^(timestamp|time)(\(\d\))? without time zone/, '$1$2');
}
