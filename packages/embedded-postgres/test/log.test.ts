import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { appendToLog } from '../src/log';

describe('appendToLog', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'log-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('keeps the last lines, and at least a megabyte, in two files that never take much more than that each', () => {
    const file = join(directory, 'server.log');
    for (let n = 0; n < 5000; n++) appendToLog(file, `${n} ${'x'.repeat(1000)}`);
    const kept = [`${file}.old`, file].map((each) => readFileSync(each, 'utf8')).join('');
    const numbers = kept
      .trimEnd()
      .split('\n')
      .map((line) => Number(line.split(' ')[0]));
    expect(numbers.at(-1)).toBe(4999);
    expect(numbers).toEqual(numbers.map((_, i) => numbers[0] + i));
    expect(kept.length).toBeGreaterThan(1024 * 1024);
    for (const each of [`${file}.old`, file]) expect(statSync(each).size).toBeLessThan(1024 * 1024 + 2000);
  });

  it('does without a line rather than fail', () => {
    expect(() => appendToLog(join(directory, 'nosuch', 'server.log'), 'lost')).not.toThrow();
  });
});
