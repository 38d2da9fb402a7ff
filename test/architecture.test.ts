import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { json } from 'node:stream/consumers';
import { dirname, join, posix, relative } from 'node:path';

const ENTRIES = ['ormconfig', 'src/main', 'src/worker'];
const PLATFORM = ['src/http', 'src/jobs', 'src/audit', 'src/retention'];

/** What a folder must not import. */
const FORBIDDEN: Record<string, string[]> = {
  'src/entities': ['src/database', ...PLATFORM, 'src/modules', 'src/migrations/1-X', 'seeds', ...ENTRIES],
  'src/database': [...PLATFORM, 'src/modules', 'src/migrations/1-X', 'seeds', ...ENTRIES],
  'src/http': ['src/modules/tasks/tasks.service', 'src/migrations/1-X', 'seeds/profiles', ...ENTRIES],
  'src/jobs': ['src/modules/tasks/tasks.service', 'src/migrations/1-X', 'seeds/profiles', ...ENTRIES],
  'src/audit': ['src/modules/tasks/tasks.service', 'src/migrations/1-X', 'seeds/profiles', ...ENTRIES],
  'src/retention': ['src/modules/tasks/tasks.service', 'src/migrations/1-X', 'seeds/profiles', ...ENTRIES],
  'src/modules': ['src/migrations/1-X', 'seeds', 'seeds/profiles', ...ENTRIES],
  seeds: [...PLATFORM, 'src/modules', 'src/migrations/1-X', ...ENTRIES, 'packages/seeding/src/index'],
  'packages/embedded-postgres/src': [
    'src/database',
    'seeds',
    'test/databases',
    'ormconfig',
    'packages/schema/src/index',
  ],
  'packages/schema/src': [
    'src/entities',
    'seeds',
    'ormconfig',
    'packages/embedded-postgres/src/index',
    'packages/schema/test/x',
  ],
  'packages/seeding/src': ['src/entities', 'seeds/factories', 'ormconfig', 'packages/schema/src/index'],
  'packages/seeding/test': ['src/entities', 'seeds/factories', 'test/databases', 'packages/schema/src/index'],
};

/** What it may, of names that are like those above. */
const ALLOWED: [string, string][] = [
  ['src/entities/audit/x.ts', 'src/entities/audit/audit-log.entity'],
  ['src/entities/x.ts', 'src/entities/audit'],
  ['src/database/x.ts', 'src/entities'],
  ['src/audit/x.ts', 'src/database/user-context'],
  ['src/http/errors/x.ts', 'src/database/rows'],
  ['packages/schema/src/checks/x.ts', 'packages/schema/src/errors'],
  ['packages/schema/test/checks/x.ts', 'packages/schema/src/checks/check'],
  ['src/modules/tasks/x.ts', 'src/http/pagination/page'],
  ['src/modules/tasks/x.ts', 'src/modules/oversight/kpi.service'],
  ['src/main.ts', 'ormconfig'],
  ['src/retention/retention.ts', 'ormconfig'],
  ['seeds/factories/x.ts', 'src/entities'],
  ['test/x.ts', 'src/modules/application'],
];

const pathTo = (file: string, target: string): string => {
  const path = posix.relative(posix.dirname(file), target);
  return path.startsWith('.') ? path : `./${path}`;
};
const importing = (file: string, target: string): Source => ({ file, code: `import '${pathTo(file, target)}';` });

interface Source {
  file: string;
  code: string;
}

const broken = Object.entries(FORBIDDEN).flatMap(([folder, targets]) =>
  targets.flatMap((target) =>
    [`${folder}/x.ts`, `${folder}/a/x.ts`, `${folder}/a/b/x.ts`].map((file) => importing(file, target)),
  ),
);
broken.push(
  importing('src/main.ts', 'seeds'),
  // A command takes the data source, and is as its folder otherwise.
  importing('src/retention/retention.ts', 'src/modules/application'),
  importing('src/migrations/1-X.ts', 'src/entities'),
  importing('src/migrations/1-X.ts', 'src/migrations/2-Y'),
  { file: 'packages/embedded-postgres/src/x.ts', code: `import '@entity-backend/schema';` },
  { file: 'packages/schema/src/a/x.ts', code: `import '@entity-backend/seeding';` },
  { file: 'packages/schema/src/a/x.ts', code: `import '@entity-backend/schema';` },
  { file: 'packages/seeding/src/a/b/x.ts', code: `import '@entity-backend/embedded-postgres';` },
  { file: 'packages/seeding/src/x.ts', code: `import '@entity-backend/schema/src/errors';` },
  { file: 'src/entities/tasks/x.ts', code: `import '@entity-backend/schema/command';` },
  { file: 'src/http/x.ts', code: `export * from '../modules/tasks/tasks.service';` },
  { file: 'src/http/x.ts', code: `import type { TasksService } from '../modules/tasks/tasks.service';` },
  { file: 'src/http/x.ts', code: `export const late = () => import('../modules/tasks/tasks.service');` },
);
const fine = ALLOWED.map(([file, target]) => importing(file, target));
fine.push(
  { file: 'packages/schema/src/a/x.ts', code: `import '@entity-backend/embedded-postgres';` },
  { file: 'packages/seeding/src/a/x.ts', code: `import '@entity-backend/schema';` },
  { file: 'src/entities/tasks/x.ts', code: `import '@entity-backend/schema';` },
  { file: 'src/database/x.ts', code: `import '@entity-backend/embedded-postgres';` },
);

let found: { files: string[][]; tree: string[] };

beforeAll(async () => {
  const child = spawn(process.execPath, [join(__dirname, 'lint-imports.mjs')], {
    cwd: dirname(__dirname),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify([...broken, ...fine]));
  found = (await json(child.stdout)) as typeof found;
});

it.each(broken.map(({ file, code }, index) => [file, code, index] as const))('%s: refuses %s', (_, __, index) => {
  expect(found.files[index]).toHaveLength(1);
});

it.each(fine.map(({ file, code }, index) => [file, code, index] as const))('%s: accepts %s', (_, __, index) => {
  expect(found.files[broken.length + index]).toEqual([]);
});

it('the project keeps to it', () => {
  expect(found.tree).toEqual([]);
});

describe('cycles between the files of a package', () => {
  const ROOT = join(__dirname, '..');
  const cruise = (...folders: string[]): SpawnSyncReturns<string> =>
    spawnSync(process.execPath, [join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), ...folders], {
      cwd: ROOT,
      encoding: 'utf8',
    });

  it('are none', () => {
    const folders = readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/src`);
    expect(cruise(...folders)).toMatchObject({ status: 0 });
  });

  it('would be found, by types alone, too', () => {
    const folder = mkdtempSync(join(ROOT, 'packages/schema/src/circle-'));
    try {
      writeFileSync(join(folder, 'a.ts'), `import type { B } from './b';\nexport type A = B[];\n`);
      writeFileSync(join(folder, 'b.ts'), `import { type A } from './a';\nexport interface B { a: A }\n`);
      const { status, stdout } = cruise(relative(ROOT, folder));
      expect(status).not.toBe(0);
      expect(stdout).toContain('no-circular');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

it('has no file of more than 300 lines but migrations', () => {
  const root = join(__dirname, '..');
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.js'], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = (file: string): number => readFileSync(join(root, file), 'utf8').split('\n').length - 1;
  const long = files
    .trim()
    .split('\n')
    .filter((file) => !file.startsWith('src/migrations/') && existsSync(join(root, file)) && lines(file) > 300);
  expect(long).toEqual([]);
});
