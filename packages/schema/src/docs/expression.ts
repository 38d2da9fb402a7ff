const STRING = String.raw`'(?:[^']|'')*'`;
const NUMBER = String.raw`-?\b\d+(?:\.\d+)?`;
const TYPE = String.raw`(?:character varying|double precision|\w+)(?:\(\d+\))?(?:\[\])?`;

/**
 * An SQL expression as PostgreSQL prints it, made easier to read: on one line, lists as IN, no casts of literals, no
 * parentheses around the whole. It means the same.
 */
export function readable(expression: string): string {
  const text = expression
    .replace(/\s*\n\s*/g, ' ')
    .replace(new RegExp(`'(${NUMBER})'::(?:integer|numeric|double precision)`, 'g'), '$1')
    .replace(new RegExp(`(${STRING}|${NUMBER})::${TYPE}`, 'g'), '$1')
    .replace(/ = ANY \(ARRAY\[([^\]]*)\](?:::text\[\])?\)/g, ' IN ($1)')
    .replaceAll('( SELECT', '(SELECT')
    .replaceAll(' AS "nullif"', '');
  return withoutOuterParentheses(text);
}

function withoutOuterParentheses(text: string): string {
  return isWrapped(text) ? withoutOuterParentheses(text.slice(1, -1)) : text.trim();
}

/** Whether the parenthesis that opens the text is closed at its very end. Literals do not count. */
function isWrapped(text: string): boolean {
  if (!text.startsWith('(')) return false;
  const bare = text.replace(new RegExp(STRING, 'g'), (literal) => ' '.repeat(literal.length));
  let depth = 0;
  for (let place = 0; place < bare.length; place++) {
    if (bare[place] === '(') depth++;
    if (bare[place] === ')') depth--;
    if (depth === 0) return place === bare.length - 1;
  }
  return false;
}
