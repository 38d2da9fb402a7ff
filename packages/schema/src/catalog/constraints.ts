import { inOneForm } from './expression';
import { byRelation, type Query, uses } from './query';

export interface Constraint {
  name: string;
  kind: 'primary key' | 'unique' | 'check' | 'foreign key' | 'exclude';
  /** What follows CONSTRAINT name, without NOT VALID. */
  definition: string;
  validated: boolean;
  /** Columns of its own table. */
  columns: string[];
  /** A foreign key's target. */
  references: { table: string; columns: string[] } | null;
  comment: string | null;
  uses: string[];
}

const columnNames = (table: string, numbers: string): string =>
  `ARRAY(
    SELECT attname::text
    FROM unnest(${numbers}) WITH ORDINALITY AS key (number, position)
      JOIN pg_attribute ON attrelid = ${table} AND attnum = key.number
    ORDER BY position
  )`;

const CONSTRAINTS = `
  SELECT relation.relname::text AS relation, conname::text AS name, contype AS kind, convalidated AS validated,
    pg_get_constraintdef(pg_constraint.oid, true) AS definition, ${columnNames('conrelid', 'conkey')} AS columns,
    target.relname::text AS target, ${columnNames('confrelid', 'confkey')} AS "targetColumns",
    obj_description(pg_constraint.oid, 'pg_constraint') AS comment,
    ${uses('pg_constraint', 'pg_constraint.oid')} AS uses
  FROM pg_constraint
    JOIN pg_class relation ON relation.oid = conrelid
    LEFT JOIN pg_class target ON target.oid = confrelid
  WHERE relation.relnamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'c', 'f', 'x')
  ORDER BY relation.relname, array_position('{p,u,x,c,f}', contype::text), conname`;

const CONSTRAINT_KINDS = { p: 'primary key', u: 'unique', c: 'check', f: 'foreign key', x: 'exclude' } as const;

type ConstraintRow = Omit<Constraint, 'kind' | 'references'> & {
  kind: keyof typeof CONSTRAINT_KINDS;
  target: string | null;
  targetColumns: string[];
};

export function readConstraints(query: Query): Promise<(table: string) => Constraint[]> {
  return byRelation(query, CONSTRAINTS, constraintOf);
}

function constraintOf({ target, targetColumns, ...constraint }: ConstraintRow): Constraint {
  return {
    ...constraint,
    kind: CONSTRAINT_KINDS[constraint.kind],
    definition: inOneForm(constraint.definition.replace(/ NOT VALID$/, '')),
    references: target === null ? null : { table: target, columns: targetColumns },
  };
}
