import { UserError } from '../errors';
import type { RuleSettings } from '../settings';
import { CATALOG_RULES } from './catalog-lint';
import type { Finding } from './finding';
import { MIGRATION_FILE_RULES } from './migration-file-lint';

/** That TypeORM's own schema builder finds nothing to change: for a project that uses TypeORM's commands besides. */
export const TYPEORM_RULE = 'typeorm-disagrees';

/** Rules that a project may choose. A danger in the SQL of a migration is acknowledged in the migration itself. */
const RULES: { name: string; convention?: boolean }[] = [
  ...CATALOG_RULES,
  ...MIGRATION_FILE_RULES,
  { name: TYPEORM_RULE, convention: true },
];

/** Whether a rule counts: a danger does unless the project switches it off, a convention where it switches it on. */
export function isChosen(rule: string, rules: RuleSettings): boolean {
  return rules[rule] === undefined ? !RULES.some(({ name, convention }) => name === rule && convention) : !!rules[rule];
}

/** The findings of chosen rules, without the exceptions. */
export function chosenFindings(findings: Finding[], rules: RuleSettings): Finding[] {
  return findings.filter(({ rule, place }) => {
    const setting = rules[rule];
    const exceptions = typeof setting === 'object' ? setting.except : [];
    return isChosen(rule, rules) && !exceptions.some((exception) => isAbout(place, exception));
  });
}

/** Whether a place is an object's, or is in the table of this name: `tasks.title` and `tasks: chk_tasks_title` are in `tasks`. */
function isAbout(place: string, object: string): boolean {
  const names = place.split(/[\s:(),]+/);
  return names.includes(object) || names[0].startsWith(`${object}.`);
}

/** @throws UserError where a setting names a rule that does not exist */
export function refuseUnknownRules(rules: RuleSettings): void {
  const known = RULES.map(({ name }) => name);
  const unknown = Object.keys(rules).filter((name) => !known.includes(name));
  if (!unknown.length) return;
  throw new UserError(`configureSchema: unknown rule ${unknown.join(', ')}. The rules are: ${known.join(', ')}.`);
}
