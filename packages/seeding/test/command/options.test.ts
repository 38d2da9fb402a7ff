import { readOptions, seedCommand } from '../../src/command/options';
import { profiles as PROFILES } from '../sample/seeds';

/** What the command line says to these parameters before it ends, and with which exit code. */
function refusal(parameters: string[]): { code: number; stderr: string } {
  let stderr = '';
  const command = seedCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (stderr += text) });
  try {
    readOptions(command.parse(['-d', 'ormconfig.ts', ...parameters], { from: 'user' }), { profiles: PROFILES });
  } catch (error) {
    return { code: (error as { exitCode: number }).exitCode, stderr };
  }
  throw new Error(`${parameters.join(' ')} is accepted`);
}

function options(...parameters: string[]): object {
  return readOptions(seedCommand().parse(['-d', 'ormconfig.ts', ...parameters], { from: 'user' }), {
    profiles: PROFILES,
  });
}

it('has the same demo data for everybody who asks for nothing else', () => {
  expect(options()).toEqual({
    seed: 42,
    scale: 1,
    referenceDate: new Date('2026-01-01T12:00:00Z'),
    dataSource: 'ormconfig.ts',
  });
});

it('reads what is asked for', () => {
  expect(
    options('--seed', '7', '--scale', '30', '--only', 'tasks, posts', '--reset', '--dry-run', '--force'),
  ).toMatchObject({
    seed: 7,
    scale: 30,
    only: ['tasks', 'posts'],
    reset: true,
    dryRun: true,
    force: true,
  });
});

it.each([[['--rows', 'posts=5, tasks=0', '--rows', 'users=7']], [['--rows=posts=5', '--rows=tasks=0,users=7']]])(
  'takes the numbers of rows of tables from %j',
  (parameters) => {
    expect(options(...parameters)).toMatchObject({ scale: 1, rows: { posts: 5, tasks: 0, users: 7 } });
  },
);

it('takes the shape of a profile, unless it is told otherwise', () => {
  const { scale, rows } = PROFILES.test;
  expect(options('--profile', 'test')).toMatchObject({ scale, rows });
  expect(options('--profile', 'test', '--scale', '3')).toMatchObject({ scale: 3, rows });
  expect(options('--profile', 'test', '--rows', 'metrics=9,tasks=1')).toMatchObject({
    scale,
    rows: { metrics: 9, tasks: 1 },
  });
  expect(options('--profile', 'load')).toMatchObject(PROFILES.load);
});

it('appends the rows that are asked for, and a scale of all where none are', () => {
  expect(options('--append')).toMatchObject({ append: true, scale: 1 });
  expect(options('--append', '--rows', 'posts=5')).toMatchObject({ scale: 0, rows: { posts: 5 } });
  expect(options('--append', '--rows', 'posts=5', '--scale', '2')).toMatchObject({ scale: 2 });
});

it('takes files and the form of the report', () => {
  expect(options('--to-sql', 'a.sql', '--json')).toMatchObject({ toSql: 'a.sql', json: true });
  expect(options('--to-csv', 'a', '--only', 'tasks', '--force')).toMatchObject({ toCsv: 'a', force: true });
});

it.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z'],
  ['2026-01-31T12:00:30.5+02:00', '2026-01-31T10:00:30.500Z'],
])('takes %s as a reference date', (text, moment) => {
  expect(options('--reference-date', text)).toMatchObject({ referenceDate: new Date(moment) });
});

it('takes now as a reference date', () => {
  const { referenceDate } = options('--reference-date', 'now') as { referenceDate: Date };
  expect(Math.abs(referenceDate.getTime() - Date.now())).toBeLessThan(60_000);
});

const SCALES = 'Give a whole number from 1 to 1000000.';
const ROWS = 'Give tables and numbers like posts=100, separated by commas.';
const COUNTS = 'Give a whole number from 0 to 4294967296.';
const SEEDS = 'Give a whole number from 0 to 1073741823.';
const DATES = 'Give "now", a date like 2026-01-31, or a time like 2026-01-31T12:00:00Z.';

it.each([
  [['--nosuch'], "unknown option '--nosuch'"],
  [['--scal', '3'], "unknown option '--scal' (Did you mean --scale?)"],
  [['everything'], 'unexpected argument everything. Separate tables by commas: --only a,b'],
  [['--scale'], "option '--scale <n>' argument missing"],
  [['--scale', '0'], `option '--scale <n>' argument '0' is invalid. ${SCALES}`],
  [['--scale', 'x'], `option '--scale <n>' argument 'x' is invalid. ${SCALES}`],
  [['--scale', '1.5'], `option '--scale <n>' argument '1.5' is invalid. ${SCALES}`],
  [['--scale', '1000001'], `option '--scale <n>' argument '1000001' is invalid. ${SCALES}`],
  [['--rows', 'posts'], `option '--rows <table=n>' argument 'posts' is invalid. ${ROWS}`],
  [['--rows', 'posts=3,'], `option '--rows <table=n>' argument 'posts=3,' is invalid. ${ROWS}`],
  [['--rows', '=3'], `option '--rows <table=n>' argument '=3' is invalid. ${ROWS}`],
  [['--rows', 'posts=-1'], `option '--rows <table=n>' argument 'posts=-1' is invalid. ${COUNTS}`],
  [['--rows', 'posts=many'], `option '--rows <table=n>' argument 'posts=many' is invalid. ${COUNTS}`],
  [['--rows', 'posts='], `option '--rows <table=n>' argument 'posts=' is invalid. ${COUNTS}`],
  [['--rows', 'posts=4294967297'], `option '--rows <table=n>' argument 'posts=4294967297' is invalid. ${COUNTS}`],
  [
    ['--rows', 'posts=3', '--rows', 'posts=4'],
    `option '--rows <table=n>' argument 'posts=4' is invalid. posts is given twice.`,
  ],
  [['--only', 'users', 'tasks'], 'unexpected argument tasks. Separate tables by commas: --only a,b'],
  [['--profile', 'huge'], 'unknown profile huge. Choose from demo, test, load.'],
  [['--append', '--reset'], "option '--append' cannot be used with option '--reset'"],
  [['--append', '--to-sql', 'a'], "option '--append' cannot be used with option '--to-sql <file>'"],
  [['--reset', '--to-csv', 'a'], "option '--reset' cannot be used with option '--to-csv <folder>'"],
  [['--to-sql', 'a', '--to-csv', 'b'], "option '--to-sql <file>' cannot be used with option '--to-csv <folder>'"],
  [['--to-sql', 'a', '--dry-run'], "option '--to-sql <file>' cannot be used with option '--dry-run'"],
  [['--to-sql', '-', '--json'], "'--json' and '--to-sql -' both write to the standard output"],
  [['--seed', '-1'], `option '--seed <n>' argument '-1' is invalid. ${SEEDS}`],
  [['--seed', '1073741824'], `option '--seed <n>' argument '1073741824' is invalid. ${SEEDS}`],
  [
    ['--only', 'users,,tasks'],
    "option '--only <tables>' argument 'users,,tasks' is invalid. Give names of tables, separated by commas.",
  ],
  [['--reference-date', 'soon'], `option '--reference-date <date>' argument 'soon' is invalid. ${DATES}`],
  [['--reference-date', '2026-13-01'], `option '--reference-date <date>' argument '2026-13-01' is invalid. ${DATES}`],
  [['--reference-date', '2026-02-30'], `option '--reference-date <date>' argument '2026-02-30' is invalid. ${DATES}`],
  [
    ['--reference-date', '2026-01-31T12:00'],
    `option '--reference-date <date>' argument '2026-01-31T12:00' is invalid. ${DATES}`,
  ],
])('refuses %j in one line', (parameters, line) => {
  expect(refusal(parameters)).toEqual({ code: 1, stderr: `error: ${line}\n` });
});
