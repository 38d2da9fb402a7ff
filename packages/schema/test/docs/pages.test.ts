import { schemaPages } from '../../src/docs/pages';
import type { EntitySource } from '../../src/docs/sources';
import { aCatalog, aColumn, aForeignKey, anIndex, aPolicy, aTable, aUniqueConstraint } from '../catalogs';

const users = aTable('users', {
  columns: [
    aColumn('id', 'uuid', { default: 'gen_random_uuid()', comment: 'Who it is.' }),
    aColumn('role', 'text', { nullable: true, comment: 'a | b, <none>, *all*' }),
  ],
  constraints: [
    aUniqueConstraint(['id', 'role']),
    { ...aUniqueConstraint(['role']), name: 'chk_users_role', kind: 'check', definition: "CHECK (role <> ''::text)" },
  ],
  rowLevelSecurity: { enabled: true, forced: true },
  policies: [aPolicy('see_own', 'SELECT', "(role = 'x'::text)", null), aPolicy('add_own', 'INSERT', null, 'true')],
  grants: [
    { role: 'app_user', privilege: 'SELECT', columns: ['id', 'role'], grantable: false },
    { role: 'app_service', privilege: 'INSERT', columns: null, grantable: false },
    { role: 'app_service', privilege: 'SELECT', columns: null, grantable: false },
  ],
});
const tasks = aTable('tasks', {
  columns: [aColumn('user_id', 'uuid')],
  constraints: [aForeignKey(['user_id'], 'users', 'CASCADE')],
  indexes: [anIndex('idx_tasks_user_id', 'USING btree (user_id)'), anIndex('idx_u', 'USING hash (user_id)', true)],
  triggers: [
    {
      name: 'keep',
      definition:
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON tasks FOR EACH ROW EXECUTE FUNCTION keep_history('feedback')",
      enabled: 'origin',
      comment: null,
      uses: [],
    },
  ],
});
const catalog = aCatalog([tasks, users], {
  roles: [{ name: 'app_user', comment: 'A person.', grantedToOwner: false }],
  extensions: [{ name: 'vector' }],
  functions: [{ name: 'keep_history', arguments: '', returns: 'trigger', definition: '', comment: 'Keeps it.' }],
});
const sources: EntitySource[] = [
  {
    table: 'users',
    domain: 'identity',
    className: 'User',
    file: '../../src/entities/identity/user.entity.ts',
    purpose: 'Who signs in. And how.',
  },
  {
    table: 'tasks',
    domain: 'work',
    className: 'Task',
    file: '../../src/entities/work/task.entity.ts',
    purpose: 'What is to be done.',
    retention: '2 years',
  },
];
const pages = new Map(schemaPages(catalog, sources).map(({ file, markdown }) => [file, markdown]));
const [index, identity, work] = [...pages.values()];

describe('schemaPages', () => {
  it('gives an index and a page for each folder, in the order of the entities', () => {
    expect([...pages.keys()]).toEqual(['README.md', 'identity.md', 'work.md']);
  });

  it('lists in the index each table by the first sentence of its purpose, retention, roles, functions, extensions', () => {
    expect(index).toContain('- [users](identity.md#users): Who signs in.\n');
    expect(index).toContain('| `tasks` | 2 years |');
    expect(index).not.toContain('| `users` |');
    expect(index).toContain('- `app_user`: A person.');
    expect(index).toContain('- `keep_history()`: Keeps it.');
    expect(index).toContain('- `vector`');
  });

  it('says what a table is for, where it is declared and how long its rows are kept', () => {
    expect(identity).toContain(
      '## users\n\nWho signs in. And how.\n\nEntity: [User](../../src/entities/identity/user.entity.ts)',
    );
    expect(identity).not.toContain('Retention');
    expect(work).toContain('Retention: 2 years.');
  });

  it('shows type, nullability, default and meaning of a column, its comment kept from being read as Markdown', () => {
    expect(identity).toContain('| `id` | `uuid` |  | `gen_random_uuid()` | Who it is. |');
    expect(identity).toContain('| `role` | `text` | yes |  | a \\| b, \\<none\\>, \\*all\\* |');
  });

  it('shows keys, checks and foreign keys from both ends', () => {
    expect(identity).toContain('- Unique `id`, `role` (`uq_id_role`)');
    expect(identity).toContain("- `chk_users_role`: `role <> ''`");
    expect(identity).toContain('`tasks (user_id)` CASCADE');
    expect(work).toContain('| `user_id` | `users (id)` | CASCADE | `fk_user_id` |');
  });

  it('shows indexes with their purpose, and the method where it is not the usual one', () => {
    expect(work).toContain('| `idx_tasks_user_id` | `(user_id)` | Finds rows by `user_id`. Serves');
    expect(work).toContain('| `idx_u` | `UNIQUE USING hash (user_id)` |');
  });

  it('shows triggers with what their function does', () => {
    expect(work).toContain("| `keep` | BEFORE UPDATE OR DELETE | `keep_history('feedback')` Keeps it. |");
  });

  it('shows who may do what, to which columns and rows', () => {
    expect(identity).toContain('- `app_user`: SELECT of `id`, `role`\n- `app_service`: INSERT, SELECT\n');
    expect(identity).toContain('Row-level security is enabled and forced');
    expect(identity).toContain("- `see_own`: SELECT by `app_user` where `role = 'x'`");
    expect(identity).toContain('- `add_own`: INSERT by `app_user` with the outcome `true`');
    expect(work).toContain('No row-level security');
  });
});
