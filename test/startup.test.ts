import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');

describe('startup.js', () => {
  let folder: string;

  beforeEach(() => {
    folder = newFolder();
    cpSync(join(ROOT, 'startup.js'), join(folder, 'startup.js'));
    write(
      'hook.js',
      `const { readFileSync, writeFileSync } = require('node:fs');
       const run = require('./startup').startSooner(${JSON.stringify(folder)}, writeFileSync, (text) => text, []);
       require('node:module')._extensions['.own'] = (module, file) => run(module, readFileSync(file, 'utf8'));`,
    );
    write('node_modules/.package-lock.json', '{}');
    write('node_modules/a/index.js', `exports.where = new Error().stack.split('\\n')[1];`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function newFolder(): string {
    return realpathSync(mkdtempSync(join(tmpdir(), 'packages-')));
  }

  function write(name: string, text: string): void {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }

  function run(options: string[] = [], command = 'main.js', cwd = folder): string {
    const parameters = [...options, '--require', './hook.js', command];
    return execFileSync(process.execPath, parameters, { cwd, encoding: 'utf8', stdio: 'pipe' });
  }

  /** What each of the runs prints that make a file, complete it and have all of it. */
  const threeRuns = (): string[] => [run(), run(), run()];
  const kept = (what = '.packages'): string[] => readdirSync(folder).filter((name) => name.endsWith(what));

  it('has a package from what the run before has kept', () => {
    write('main.js', `console.log(require('a').where);`);
    const [first, ...others] = threeRuns();
    expect(first).toContain('node_modules/a/index.js');
    for (const other of others) expect(other).toContain(kept()[0]);
  });

  it('has what a package says now', () => {
    write('node_modules/a/index.js', `module.exports = 'one';`);
    write('main.js', `console.log(require('a'));`);
    expect(threeRuns()).toEqual(['one\n', 'one\n', 'one\n']);
    write('node_modules/a/index.js', `module.exports = 'two';`);
    expect(threeRuns()).toEqual(['two\n', 'two\n', 'two\n']);
  });

  it('has what a file of the project says now, though as long as before', () => {
    write(
      'own.own',
      `module.exports = ['one', new Error().stack.split('\\n')[1].includes(__filename), require.main.filename];`,
    );
    write('main.js', `console.log(...require('./own.own'));`);
    const main = join(folder, 'main.js');
    expect(threeRuns()).toEqual(Array(3).fill(`one true ${main}\n`));
    write(
      'own.own',
      `module.exports = ['two', new Error().stack.split('\\n')[1].includes(__filename), require.main.filename];`,
    );
    expect(threeRuns()).toEqual(Array(3).fill(`two true ${main}\n`));
  });

  it('has the file of the project that a request leads to now', () => {
    write('folder/other/index.own', `module.exports = 'index';`);
    write('main.own', `console.log(require('./folder/other'), require('./folder/other/index'));`);
    write('main.js', `require('./main.own');`);
    expect(threeRuns()).toEqual(Array(3).fill('index index\n'));
    write('folder/other.own', `module.exports = 'file';`);
    expect(threeRuns()).toEqual(Array(3).fill('file index\n'));
    write('folder/other/index.js', `module.exports = 'script';`);
    expect(threeRuns()).toEqual(Array(3).fill('file script\n'));
    rmSync(join(folder, 'folder/other.own'));
    expect(threeRuns()).toEqual(Array(3).fill('script script\n'));
  });

  it('keeps nothing of a file that is gone', () => {
    const code = (): string => readFileSync(join(folder, kept('.code')[0]), 'latin1');
    write('one.own', `module.exports = 1;`);
    write('main.js', `console.log(require('./one.own'));`);
    threeRuns();
    expect(code()).toContain('one.own');
    rmSync(join(folder, 'one.own'));
    write('two.own', `module.exports = 2;`);
    write('main.js', `console.log(require('./two.own'));`);
    threeRuns();
    expect(code()).toContain('two.own');
    expect(code()).not.toContain('one.own');
  });

  it('keeps apart what copies of the project load, which share their packages', () => {
    write('own.own', `module.exports = require('a') && __dirname;`);
    write('main.js', `console.log(require('./own.own'));`);
    const copy = newFolder();
    try {
      threeRuns();
      const before = kept('.code');
      cpSync(folder, copy, { recursive: true, filter: (name) => !name.endsWith('node_modules') });
      symlinkSync(join(folder, 'node_modules'), join(copy, 'node_modules'));
      expect(run([], 'main.js', copy)).toBe(`${copy}\n`);
      expect(kept('.code')).toHaveLength(before.length + 1);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('has the package that is nearer when one has been installed', () => {
    write('node_modules/b/index.js', `module.exports = require('c');`);
    write('node_modules/c/index.js', `module.exports = 'far';`);
    write('main.js', `console.log(require('b'));`);
    expect(threeRuns()).toEqual(['far\n', 'far\n', 'far\n']);
    write('node_modules/b/node_modules/c/index.js', `module.exports = 'near';`);
    write('node_modules/.package-lock.json', '{ "packages": {} }');
    expect(threeRuns()).toEqual(['near\n', 'near\n', 'near\n']);
  });

  it('keeps what later runs load, too', () => {
    write('node_modules/b/index.js', `exports.where = new Error().stack.split('\\n')[1];`);
    write('main.js', `console.log(require('a').where);`);
    expect(run()).toContain('node_modules/a/index.js');
    write('main.js', `console.log(require('b').where, require('a').where);`);
    expect(run()).toContain('node_modules/b/index.js');
    expect(run()).not.toContain('node_modules');
  });

  it.each([
    ['its own names', `module.exports = [__filename, __dirname, module.id, typeof exports, this === exports];`],
    ['strict mode', `'use strict'; module.exports = (function () { return this === undefined; })();`],
    ['a line for the shell', `#!/usr/bin/env node\nmodule.exports = 1;`],
    ['a byte order mark', `\ufeffmodule.exports = 1;`],
    ['characters of any script', `module.exports = ['ÿ’😅', /[\\’‘]/.source, String.raw\`\\u’\`];`],
    ['a comment at its end', `module.exports = 1; //# sourceMappingURL=index.js.map`],
    ['files around it', `module.exports = [require('./other'), require('./data.json'), require.resolve('./other')];`],
    ['a file that asks for it back', `exports.early = 1; exports.seen = require('./back'); exports.late = 1;`],
    ['a module', `module.exports = Object.keys(require('esm'));`],
    ['an import of a neighbour', `import('./other.js').then((other) => console.log(other.default));`],
    [
      'an import of a built-in module',
      `Function('return import("node:os")')().then((os) => console.log(typeof os.cpus));`,
    ],
    ['what ends it', `module.exports = 1; return; throw new Error('unreachable');`],
    ['whether it is the command', `module.exports = [require.main === module, require.main.filename];`],
  ])('knows %s', (_, source) => {
    write('node_modules/b/index.js', source);
    write('node_modules/b/other.js', `module.exports = 'other';`);
    write('node_modules/b/data.json', `{ "a": 1 }`);
    write('node_modules/b/back.js', `module.exports = { ...require('./index') };`);
    write('node_modules/esm/package.json', `{ "type": "module", "exports": "./index.js" }`);
    write('node_modules/esm/index.js', `export const one = 1;`);
    write(
      'main.js',
      `console.log(JSON.stringify(require('b'))); console.log(require('a').where.includes('.packages') ? 'kept' : 'read');`,
    );
    const [first, ...others] = threeRuns();
    expect(first).toContain('read');
    for (const other of others) expect(other).toBe(first.replace('read', 'kept'));
  });

  it('keeps nothing of a command that fails', () => {
    write('main.js', `require('a'); process.exitCode = 1;`);
    expect(run).toThrow();
    expect(kept()).toEqual([]);
  });

  it('leaves all to Node where places in files are wanted, without npm, and for a command from elsewhere', () => {
    write('main.js', `console.log(require('a').where);`);
    for (const option of ['--enable-source-maps', '--inspect=0']) run([option]);
    write('../elsewhere.js', `console.log(require('${folder}/node_modules/a').where);`);
    run([], '../elsewhere.js');
    rmSync(join(folder, '../elsewhere.js'));
    rmSync(join(folder, 'node_modules/.package-lock.json'));
    run();
    expect(kept()).toEqual([]);
  });

  it('is not put off by a broken file', () => {
    write('main.js', `console.log(require('a').where);`);
    run();
    write(kept()[0], 'broken');
    expect(run()).toContain('node_modules/a/index.js');
    expect(run()).toContain(kept()[0]);
  });
});
