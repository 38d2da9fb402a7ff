import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

describe('typescript.js', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'typescript-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function run(source: string): string {
    const file = join(folder, 'file.ts');
    writeFileSync(file, source);
    return execFileSync(process.execPath, ['--require', './typescript.js', file], { cwd: ROOT, encoding: 'utf8' });
  }

  it('runs what a file says now, not what it said when it was compiled first', () => {
    expect(run(`const said: string = 'one'; console.log(said);`)).toBe('one\n');
    expect(run(`const said: string = 'one'; console.log(said);`)).toBe('one\n');
    expect(run(`const said: string = 'two'; console.log(said);`)).toBe('two\n');
  });

  it('says where TypeScript is wrong', () => {
    expect(() => run('const = 1;')).toThrow(/Unexpected token|Expected/);
  });
});
