import { seedCommand } from '../../seeds/options';

/** What the command line says to these parameters before it ends, and with which exit code. */
function refusal(parameters: string[]): { code: number; stderr: string } {
  let stderr = '';
  const command = seedCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => (stderr += text) });
  try {
    command.parse(parameters, { from: 'user' });
  } catch (error) {
    return { code: (error as { exitCode: number }).exitCode, stderr };
  }
  throw new Error(`${parameters.join(' ')} is accepted`);
}

function options(...parameters: string[]): object {
  return seedCommand().parse(parameters, { from: 'user' }).opts();
}

it('has the same demo data for everybody who asks for nothing else', () => {
  expect(options()).toEqual({
    seed: 42,
    scale: 1,
    referenceDate: new Date('2026-01-01T12:00:00Z'),
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
const SEEDS = 'Give a whole number from 0 to 1073741823.';
const DATES = 'Give "now", a day as 2026-01-31, or a moment as 2026-01-31T12:00:00Z.';

it.each([
  [['--nosuch'], "unknown option '--nosuch'"],
  [['--scal', '3'], "unknown option '--scal' (Did you mean --scale?)"],
  [['everything'], 'too many arguments. Expected 0 arguments but got 1.'],
  [['--scale'], "option '--scale <n>' argument missing"],
  [['--scale', '0'], `option '--scale <n>' argument '0' is invalid. ${SCALES}`],
  [['--scale', 'x'], `option '--scale <n>' argument 'x' is invalid. ${SCALES}`],
  [['--scale', '1.5'], `option '--scale <n>' argument '1.5' is invalid. ${SCALES}`],
  [['--scale', '1000001'], `option '--scale <n>' argument '1000001' is invalid. ${SCALES}`],
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
