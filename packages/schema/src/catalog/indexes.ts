import { inOneForm } from './expression';
import { byRelation, type Query, uses } from './query';

export interface Index {
  name: string;
  unique: boolean;
  /** What follows ON table: 'USING btree (user_id, created_at DESC) WHERE …'. */
  definition: string;
  /** False for what a failed CREATE INDEX CONCURRENTLY leaves behind. */
  valid: boolean;
  comment: string | null;
  uses: string[];
}

const INDEXES = `
  SELECT relation.relname::text AS relation, index.relname::text AS name, indisunique AS unique, indisvalid AS valid,
    substr(
      pg_get_indexdef(indexrelid, 0, true),
      length(concat('CREATE ', CASE WHEN indisunique THEN 'UNIQUE ' END, 'INDEX ', quote_ident(index.relname), ' ON ', indrelid::regclass, ' ')) + 1
    ) AS definition,
    obj_description(indexrelid, 'pg_class') AS comment, ${uses('pg_class', 'indexrelid')} AS uses
  FROM pg_index
    JOIN pg_class index ON index.oid = indexrelid
    JOIN pg_class relation ON relation.oid = indrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND relation.relkind IN ('r', 'p', 'm')
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))
  ORDER BY relation.relname, index.relname`;

export function readIndexes(query: Query): Promise<(relation: string) => Index[]> {
  return byRelation(query, INDEXES, (index: Index) => ({ ...index, definition: inOneForm(index.definition) }));
}
