import { BOOKKEEPING_TABLES } from './bookkeeping';
import { ownObject, type Query } from './query';

export interface Sequence {
  name: string;
  /** What follows CREATE SEQUENCE name: 'AS integer START WITH 1 …'. */
  definition: string;
  /** The column it is owned by: a serial. */
  ownedBy: { table: string; column: string } | null;
  comment: string | null;
}

const SEQUENCES = `
  SELECT relation.relname::text AS name, obj_description(relation.oid, 'pg_class') AS comment,
    format_type(seqtypid, NULL) AS type, seqstart::text AS start, seqincrement::text AS increment, seqmin::text AS min,
    seqmax::text AS max, seqcache::text AS cache, seqcycle AS cycle,
    CASE WHEN owner.oid IS NOT NULL THEN json_build_object('table', owner.relname, 'column', attname) END AS "ownedBy"
  FROM pg_sequence
    JOIN pg_class relation ON relation.oid = seqrelid
    LEFT JOIN pg_depend ownership
      ON ownership.classid = 'pg_class'::regclass AND ownership.objid = seqrelid AND ownership.deptype IN ('a', 'i')
      AND ownership.refclassid = 'pg_class'::regclass
    LEFT JOIN pg_class owner ON owner.oid = ownership.refobjid
    LEFT JOIN pg_attribute ON attrelid = owner.oid AND attnum = ownership.refobjsubid
  WHERE relation.relnamespace = 'public'::regnamespace AND ownership.deptype IS DISTINCT FROM 'i'
    AND coalesce(owner.relname <> ALL ($1::text[]), true) AND ${ownObject('pg_class', 'seqrelid')}
  ORDER BY relation.relname`;

interface SequenceRow {
  name: string;
  comment: string | null;
  type: string;
  start: string;
  increment: string;
  min: string;
  max: string;
  cache: string;
  cycle: boolean;
  ownedBy: Sequence['ownedBy'];
}

/** Sequences, but for those behind an identity column. */
export async function readSequences(query: Query): Promise<Sequence[]> {
  return ((await query(SEQUENCES, [BOOKKEEPING_TABLES])) as SequenceRow[]).map(sequenceOf);
}

/** The sequence with those options only that are not the default ones of its type. */
function sequenceOf({ name, comment, ownedBy, type, start, increment, min, max, cache, cycle }: SequenceRow): Sequence {
  const largest = { smallint: '32767', integer: '2147483647', bigint: '9223372036854775807' }[type];
  const ascends = !increment.startsWith('-');
  const isDefaultRange = ascends && min === '1' && max === largest;
  const options = [
    type !== 'bigint' && `AS ${type}`,
    increment !== '1' && `INCREMENT BY ${increment}`,
    !isDefaultRange && `MINVALUE ${min} MAXVALUE ${max}`,
    start !== '1' && `START WITH ${start}`,
    cache !== '1' && `CACHE ${cache}`,
    cycle && 'CYCLE',
  ];
  return { name, comment, ownedBy, definition: options.filter(Boolean).join(' ') };
}
