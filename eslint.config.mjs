import { dirname, relative } from 'node:path/posix';
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import typeorm from 'eslint-plugin-typeorm-typescript/recommended';
import tseslint from 'typescript-eslint';

/** Where the application is put together: nobody imports these. */
const ENTRIES = ['ormconfig', 'src/main', 'src/worker'];
const PLATFORM = ['src/http', 'src/jobs', 'src/audit', 'src/retention'];

/** What a folder must not import. The arrows point down: modules → http, jobs, audit, retention → database → entities. */
const FORBIDDEN = {
  'src/entities': ['src/database', ...PLATFORM, 'src/modules', 'src/migrations', 'seeds', ...ENTRIES],
  'src/database': [...PLATFORM, 'src/modules', 'src/migrations', 'seeds', ...ENTRIES],
  ...Object.fromEntries(PLATFORM.map((folder) => [folder, ['src/modules', 'src/migrations', 'seeds', ...ENTRIES]])),
  'src/modules': ['src/migrations', 'seeds', ...ENTRIES],
  seeds: [...PLATFORM, 'src/modules', 'src/migrations', ...ENTRIES],
};

/** The programs in these folders, which take the data source from ormconfig. */
const COMMANDS = ['src/database/migrate.ts', 'src/retention/retention.ts', 'seeds/run.ts', 'seeds/worker.ts'];

/** How deep folders are nested at most. */
const DEPTHS = [0, 1, 2, 3];

const arrows = Object.entries(FORBIDDEN).flatMap(([folder, targets]) => [
  ...DEPTHS.map((depth) => `${folder}${'/*'.repeat(depth)}`).map((inner) => mustNotImport(`${inner}/*.ts`, targets)),
  ...COMMANDS.filter((command) => command.startsWith(`${folder}/`)).map((command) =>
    mustNotImport(
      command,
      targets.filter((target) => target !== 'ormconfig'),
    ),
  ),
]);

function mustNotImport(files, targets) {
  const paths = targets.map((target) => relative(dirname(files), target).replaceAll('.', '\\.'));
  const message = `${dirname(files)} must not import it: see "Where things are" in CONTRIBUTING.md.`;
  return restrictedImports(files, { regex: `^(${paths.join('|')})(/|$)`, message });
}

function restrictedImports(files, { regex, message }) {
  const selector = `ImportExpression[source.value=/${regex.replaceAll('/', '\\/')}/]`;
  return {
    files: [files],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex, message }] }],
      'no-restricted-syntax': ['error', { selector, message }],
    },
  };
}

export default defineConfig(
  { ignores: ['dist', '.data', 'coverage'] },
  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, typeorm],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // A parameter that is there for its position alone: (_, index) =>
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  arrows,
  mustNotImport('src/*.ts', ['seeds']),
  restrictedImports('src/migrations/*.ts', {
    regex: '^\\.',
    message: 'A migration imports nothing of the project, which will have changed by the time that it runs again.',
  }),
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs', globals: { __dirname: 'readonly', __filename: 'readonly' } },
  },
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly' } },
  },
);
