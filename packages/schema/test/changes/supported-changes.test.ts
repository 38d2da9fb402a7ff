import { readFileSync } from 'node:fs';
import { emptyDatabase } from '../databases';
import { cases } from './cases';
import { page, PAGE, recordedResults, stockResult } from './supported-changes';

test('docs/schema-changes.md says what the cases and the recorded results say', () => {
  const results = recordedResults();
  expect(Object.keys(results)).toEqual(cases.map(({ title }) => title));
  expect(readFileSync(PAGE, 'utf8')).toBe(page(results));
});

test.each(['A longer varchar', 'Another check under the same name', 'An index on an expression'])(
  "TypeORM's result is as recorded: %s",
  async (title) => {
    const database = await emptyDatabase();
    try {
      const change = cases.find((one) => one.title === title)!;
      expect(await stockResult(database.url, change)).toEqual(recordedResults()[title]);
    } finally {
      await database.close();
    }
  },
);
