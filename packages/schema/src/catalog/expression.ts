const LITERAL = String.raw`'(?:[^']|'')*'`;
const VARCHARS = new RegExp(String.raw`ARRAY\[((?:${LITERAL}::character varying(?:, )?)+)\]::text\[\]`, 'g');
const VARCHARS_AS_TEXT = new RegExp(String.raw`ARRAY\[((?:${LITERAL}::character varying::text(?:, )?)+)\]`, 'g');
const VARCHAR = new RegExp(`(${LITERAL})::character varying(?:::text)?`, 'g');

/**
 * An expression in one form. PostgreSQL prints `title IN ('a')` of a varchar column in one way, and in another when it has
 * read what it printed.
 */
export function inOneForm<T extends string | null>(expression: T): T {
  const asTexts = (_: string, list: string): string => `ARRAY[${list.replaceAll(VARCHAR, '$1::text')}]`;
  return (expression?.replaceAll(VARCHARS, asTexts).replaceAll(VARCHARS_AS_TEXT, asTexts) ?? null) as T;
}
