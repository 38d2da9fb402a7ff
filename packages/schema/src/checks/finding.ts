/** Something that a check has found to be wrong. */
export interface Finding {
  /** The name of the rule that it breaks. */
  rule: string;
  /** Where, as a person looks for it: 'tasks.user_id', 'AddDueDate1763847000000: ALTER TABLE …'. */
  place: string;
  /** What can go wrong. */
  danger: string;
  /** What to do instead. */
  safeWay: string;
  /** The statements that would mend it, where they are known. */
  sql?: string[];
}

/** The findings as text: what is dangerous and safe once for each rule, then every place. */
export function describeFindings(findings: Finding[]): string {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) {
    const text = `${finding.rule}: ${finding.danger}\n  Safe: ${finding.safeWay}`;
    byRule.set(text, [...(byRule.get(text) ?? []), finding]);
  }
  return [...byRule]
    .flatMap(([text, found]) => [
      text,
      ...found.flatMap(({ place, sql = [] }) => [`  - ${place}`, ...sql.map(statement)]),
    ])
    .join('\n');
}

function statement(sql: string): string {
  return `${sql};`.replace(/^/gm, '      ');
}
