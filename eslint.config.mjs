import { dirname, relative } from 'node:path/posix';
import eslint from '@eslint/js';
import { defineConfig } from 'eslint/config';
import typeorm from 'eslint-plugin-typeorm-typescript/recommended';
import tseslint from 'typescript-eslint';

/** Where the application is put together: nobody imports these. */
const ENTRIES = ['ormconfig', 'src/main', 'src/worker'];
const PLATFORM = ['src/http', 'src/jobs', 'src/audit', 'src/retention'];

const SKELETON = ['src', 'seeds', 'test', 'bench', ...ENTRIES];
/** A file inside a package, by the package's name: only its public index may be imported. */
const INNER = '@entity-backend/[^/]+/.+';

/** The packages that a package may import. */
const PACKAGES = {
  'embedded-postgres': [],
  schema: ['embedded-postgres'],
  seeding: ['schema'],
};

/**
 * What a folder must not import. The arrows point down: modules → http, jobs, audit, retention → database → entities →
 * packages; and a package imports nothing of the skeleton.
 */
const FORBIDDEN = {
  ...Object.fromEntries(
    Object.entries(PACKAGES).flatMap(([name, allowed]) => {
      const others = Object.keys(PACKAGES).filter((other) => other !== name);
      const folders = [...others.map((other) => `packages/${other}`), ...SKELETON];
      const names = others.filter((other) => !allowed.includes(other)).map((other) => `@entity-backend/${other}`);
      return [
        [`packages/${name}/src`, [...folders, ...names, INNER, `@entity-backend/${name}`, `packages/${name}/test`]],
        [`packages/${name}/test`, [...folders, INNER]],
      ];
    }),
  ),
  'src/entities': [
    'src/database',
    ...PLATFORM,
    'src/modules',
    'src/migrations',
    'seeds',
    ...ENTRIES,
    'packages',
    INNER,
  ],
  'src/database': [...PLATFORM, 'src/modules', 'src/migrations', 'seeds', ...ENTRIES, 'packages', INNER],
  ...Object.fromEntries(
    PLATFORM.map((folder) => [folder, ['src/modules', 'src/migrations', 'seeds', ...ENTRIES, 'packages', INNER]]),
  ),
  'src/modules': ['src/migrations', 'seeds', ...ENTRIES, 'packages', INNER],
  seeds: [...PLATFORM, 'src/modules', 'src/migrations', ...ENTRIES, 'packages', INNER],
};

/** The programs in these folders, which take the data source from ormconfig. */
const COMMANDS = ['src/retention/retention.ts'];

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
  const paths = targets.map((target) =>
    target.startsWith('@') ? target : relative(dirname(files), target).replaceAll('.', '\\.'),
  );
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
  { ignores: ['**/dist', '.ci/projects', '.data', 'coverage', 'skeleton/project'] },
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
  mustNotImport('src/*.ts', ['seeds', 'packages', INNER]),
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
