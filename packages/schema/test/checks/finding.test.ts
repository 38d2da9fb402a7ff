import { describeFindings } from '../../src/checks/finding';

test('a rule is explained once, then each place is named, with the SQL that would mend it', () => {
  const rule = { rule: 'no-comment', danger: 'nobody knows.', safeWay: 'a doc comment.' };
  const findings = [
    { ...rule, place: 'tasks' },
    {
      rule: 'other',
      danger: 'it breaks.',
      safeWay: 'leave it.',
      place: 'users.name',
      sql: ['ALTER TABLE users\n  ADD name text', 'SELECT 1'],
    },
    { ...rule, place: 'tasks.title' },
  ];
  expect(describeFindings(findings)).toBe(`no-comment: nobody knows.
  Safe: a doc comment.
  - tasks
  - tasks.title
other: it breaks.
  Safe: leave it.
  - users.name
      ALTER TABLE users
        ADD name text;
      SELECT 1;`);
  expect(describeFindings([])).toBe('');
});
