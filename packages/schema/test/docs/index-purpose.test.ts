import { purposeOf } from '../../src/docs/index-purpose';
import { aColumn, aForeignKey, anIndex, aTable } from '../catalogs';

const columns = [
  aColumn('user_id', 'uuid'),
  aColumn('status'),
  aColumn('score', 'double precision'),
  aColumn('created_at', 'timestamptz'),
  aColumn('embedding', 'vector(3)'),
];

/** The purpose of the only index of a table without foreign keys. */
function purpose(definition: string, unique = false): string {
  const index = anIndex('idx', definition, unique);
  return purposeOf(index, aTable('tasks', { columns, indexes: [index] }));
}

describe('purposeOf', () => {
  it.each([
    ['USING btree (status)', 'Finds rows by `status`.'],
    ['USING btree (user_id, status)', 'Finds rows by `user_id` and `status`.'],
    ['USING btree (created_at)', 'Finds rows by a range of `created_at`, or in its order.'],
    ['USING btree (score DESC NULLS LAST)', 'Finds rows by a range of `score`, or in its order, largest first.'],
    [
      'USING btree (user_id, created_at DESC)',
      'Finds the rows of one `user_id` in the order of `created_at`, latest first.',
    ],
    [
      "USING btree (created_at) WHERE status = 'open'::text",
      "Finds rows by a range of `created_at`, or in its order, of those with `status = 'open'`.",
    ],
    [
      'USING btree (user_id) INCLUDE (status, score)',
      'Finds rows by `user_id`. Gives `status` and `score` without a look at the table.',
    ],
    [
      'USING btree (lower(status), coalesce(user_id, status))',
      'Finds rows by `lower(status)` and `coalesce(user_id, status)`.',
    ],
    ['USING gin (status)', 'Searches `status` (gin).'],
    [
      'USING hnsw (embedding vector_cosine_ops)',
      'Finds the nearest neighbours of `embedding` (hnsw, vector_cosine_ops).',
    ],
    [
      "USING hnsw (embedding vector_l2_ops) WITH (m='16')",
      'Finds the nearest neighbours of `embedding` (hnsw, vector_l2_ops).',
    ],
  ])('%s', (definition, expected) => {
    expect(purpose(definition)).toBe(expected);
  });

  it('says what a unique index forbids', () => {
    expect(purpose('USING btree (user_id, status) NULLS NOT DISTINCT', true)).toBe(
      'No two rows agree in `user_id` and `status`. Finds rows by `user_id` and `status`.',
    );
  });

  it('gives each foreign key the shortest index that leads with its column and knows every row', () => {
    const indexes = [
      anIndex('partial', 'USING btree (user_id) WHERE score IS NOT NULL'),
      anIndex('long', 'USING btree (user_id, status)'),
      anIndex('short', 'USING btree (user_id)'),
      anIndex('other', 'USING btree (status, user_id)'),
    ];
    const table = aTable('tasks', { columns, indexes, constraints: [aForeignKey(['user_id'], 'users')] });
    const serving = indexes.filter((index) => purposeOf(index, table).includes('foreign key'));
    expect(serving.map(({ name }) => name)).toEqual(['short']);
    expect(purposeOf(serving[0], table)).toContain('finds what belongs to a row of `users`.');
  });

  it('refuses what it can not read', () => {
    expect(() => purpose('of some other shape')).toThrow('of some other shape');
  });
});
