/**
 * The words that PostgreSQL takes for a name only in quotes: every keyword that is not "unreserved", of PostgreSQL 15 to 18
 * (pg_get_keywords()).
 */
const KEYWORDS = new Set(
  `all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
  character check coalesce collate collation column concurrently constraint create cross current_catalog current_date
  current_role current_schema current_time current_timestamp current_user dec decimal default deferrable desc distinct do
  else end except exists extract false fetch float for foreign freeze from full grant greatest group grouping having ilike in
  initially inner inout int integer intersect interval into is isnull join json json_array json_arrayagg json_exists
  json_object json_objectagg json_query json_scalar json_serialize json_table json_value lateral leading least left like
  limit localtime localtimestamp merge_action national natural nchar none normalize not notnull null nullif numeric offset on
  only or order out outer overlaps overlay placing position precision primary real references returning right row select
  session_user setof similar smallint some substring symmetric system_user table tablesample then time timestamp to trailing
  treat trim true union unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat
  xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`.split(/\s+/),
);

/** A name as a person writes it: in double quotes only where PostgreSQL wants them. */
export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Names in a list: `a, "Order"`. */
export function quoteIdentifiers(names: readonly string[]): string {
  return names.map(quoteIdentifier).join(', ');
}

/** A text as an SQL literal, for standard_conforming_strings as it is by default: a backslash is a backslash. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const LITERAL = String.raw`'(?:[^']|'')*'`;
const LIST = String.raw`\(ARRAY\[(${LITERAL}::text(?:, ${LITERAL}::text)*)\]\)`;
const withoutCasts = (list: string): string => list.replaceAll(new RegExp(`(${LITERAL})::text`, 'g'), '$1');

/** What PostgreSQL prints, and what a person would write, which it reads as the same. */
const READABLE: [RegExp, string | ((match: string, list: string) => string)][] = [
  [new RegExp(` = ANY ${LIST}`, 'g'), (_, list) => ` IN (${withoutCasts(list)})`],
  [new RegExp(` <> ALL ${LIST}`, 'g'), (_, list) => ` NOT IN (${withoutCasts(list)})`],
  [new RegExp(`( (?:=|<>|<|>|<=|>=|~|~\\*|!~|!~\\*|~~|~~\\*|!~~|->|->>) ${LITERAL})::text(?![\\[:])`, 'g'), '$1'],
  [new RegExp(`(current_setting\\(${LITERAL})::text`, 'g'), '$1'],
  [new RegExp(`(NULLIF\\(current_setting\\(${LITERAL}, true\\), ${LITERAL})::text\\)`, 'g'), '$1)'],
  [/\(\( SELECT (NULLIF\([^()]*\([^()]*\)[^()]*\)(?:::\w+)?) AS "nullif"\)\)/g, '(SELECT $1)'],
  [/ REFERENCES ("(?:[^"]|"")*"|[^\s("]+)\(/g, ' REFERENCES $1 ('],
];

/** An expression of the catalog as a person writes it: `a IN ('x')` and not `a = ANY (ARRAY['x'::text])`. */
export function readable(expression: string): string {
  return READABLE.reduce((text, [printed, written]) => text.replaceAll(printed, written as string), expression);
}

/** A name, or as much of it as leaves room for `suffix` within the 63 bytes of a name in PostgreSQL. */
export function nameWithSuffix(name: string, suffix: string): string {
  let start = name;
  while (Buffer.byteLength(start + suffix) > 63) start = start.slice(0, -1);
  return start + suffix;
}
