import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

let folder: string;
let command: ChildProcess;
let ended: Promise<unknown>;
let printed: string;

// No import and no export: .swcrc, which makes them CommonJS, is not there.
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'start-dev-'));
  mkdirSync(join(folder, 'src/modules'), { recursive: true });
  write('src/modules/said.ts', `module.exports = 'one';`);
  write('src/main.ts', `console.log('says ' + require('./modules/said')); setInterval(() => {}, 1000);`);
  printed = '';
  command = spawn(process.execPath, [join(ROOT, 'scripts/start-dev.ts')], { cwd: folder });
  ended = once(command, 'close');
  for (const output of [command.stdout!, command.stderr!]) output.on('data', (chunk) => (printed += String(chunk)));
});
afterEach(async () => {
  if (command.kill('SIGTERM')) await ended;
  rmSync(folder, { recursive: true });
});

function write(path: string, text: string): void {
  writeFileSync(join(folder, path), text);
}

/** As many editors save: a new file takes the old one's place. */
function replace(path: string, text: string): void {
  write(`${path}.new`, text);
  renameSync(join(folder, `${path}.new`), join(folder, path));
}

async function says(text: RegExp): Promise<void> {
  while (!text.test(printed)) {
    const more = await Promise.race([once(command.stdout!, 'data'), ended.then(() => undefined)]);
    if (!more) throw new Error(`It has ended: ${printed}`);
  }
}

it('starts again when a file is written or replaced, each time', async () => {
  await says(/says one\n/);
  write('src/modules/said.ts', `module.exports = 'two';`);
  await says(/says two\n/);
  for (const word of ['three', 'four', 'five']) {
    replace('src/modules/said.ts', `module.exports = '${word}';`);
    await says(new RegExp(`says ${word}\\n`));
  }
});

it('waits for the next change where the application ends by itself', async () => {
  await says(/says one\n/);
  replace('src/modules/said.ts', `throw new Error('broken');`);
  await says(/broken[^]*it starts again/);
  replace('src/modules/said.ts', `module.exports = 'mended';`);
  await says(/says mended\n/);
});
