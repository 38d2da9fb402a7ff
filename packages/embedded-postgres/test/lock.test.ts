import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHolder, Lock } from '../src/lock';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('Lock', () => {
  it('has one holder at a time, who says where it serves when it does', () => {
    expect(findHolder(directory)).toBeUndefined();
    const lock = Lock.take(directory)!;
    expect(Lock.take(directory)).toBeUndefined();
    expect(findHolder(directory)).toMatchObject({ pid: process.pid, host: hostname(), file: lock.file });
    expect(findHolder(directory)!.url).toBeUndefined();
    lock.publish('postgres://here');
    expect(findHolder(directory)!.url).toBe('postgres://here');
    lock.release();
    expect(findHolder(directory)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('has one holder at a time, however many processes try for it at once', async () => {
    const takers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--require', './typescript.js', join(__dirname, 'lock-taker.ts'), directory, '25'], {
        stdio: 'inherit',
      }),
    );
    expect(await Promise.all(takers.map((taker) => once(taker, 'exit')))).toEqual(takers.map(() => [0, null]));
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is free again after the process that had it was killed', async () => {
    const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const holder = { pid: killed.pid, host: hostname(), began: '', url: 'postgres://there' };
    writeFileSync(join(directory, `server-${killed.pid}-00000000.lock`), JSON.stringify(holder));
    expect(findHolder(directory)).toMatchObject(holder);
    expect(Lock.take(directory)).toBeUndefined();
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const lock = Lock.take(directory)!;
    expect(readdirSync(directory)).toEqual([expect.stringContaining(`server-${process.pid}-`)]);
    lock.release();
  });

  it('stays that of another machine, whatever its pid is here', () => {
    const holder = { pid: 2 ** 22 + 1, host: 'elsewhere', began: '' };
    writeFileSync(join(directory, 'server-1-00000000.lock'), JSON.stringify(holder));
    expect(Lock.take(directory)).toBeUndefined();
    expect(findHolder(directory)).toMatchObject(holder);
  });

  it('leaves other files alone', () => {
    for (const name of ['server.log', 'yarn.lock', 'server-x.lock']) writeFileSync(join(directory, name), '');
    Lock.take(directory)!.release();
    expect(readdirSync(directory).length).toBe(3);
  });
});
