import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findHolder, Lock } from '../src/lock';

let root: string;
let directory: string;

let holders: ChildProcess[];

beforeEach(() => {
  root = directory = mkdtempSync(join(tmpdir(), 'lock-'));
  holders = [];
});

afterEach(() => {
  for (const holder of holders) holder.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

const IN_CONTAINER = ['unshare', '--kill-child', '--pid', '--net', '--fork', '--mount-proc'];
/** As in a container with the name of this machine: Linux, and the right to make namespaces. */
const itInContainer = spawnSync(IN_CONTAINER[0], [...IN_CONTAINER.slice(1), 'true']).status === 0 ? it : it.skip;

/** Another process that tries for the lock, and keeps it. Returns it and what it says. */
async function hold(...container: string[]): Promise<{ holder: ChildProcess; answer: string }> {
  const command = [process.execPath, join(__dirname, 'lock-holder.ts'), directory];
  const [program, ...parameters] = [...container, ...command];
  const holder = spawn(program, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(holder);
  const [answer] = (await once(createInterface(holder.stdout), 'line')) as [string];
  return { holder, answer };
}

async function kill(holder: ChildProcess): Promise<void> {
  holder.kill('SIGKILL');
  await once(holder, 'close');
}

describe('Lock', () => {
  it('has one holder at a time, who says where it serves when it does', async () => {
    expect(await findHolder(directory)).toBeUndefined();
    const lock = (await Lock.take(directory))!;
    expect(await Lock.take(directory)).toBeUndefined();
    expect(await findHolder(directory)).toMatchObject({ pid: process.pid, host: hostname(), file: lock.file });
    expect((await findHolder(directory))!.url).toBeUndefined();
    lock.publish('postgres://here');
    expect((await findHolder(directory))!.url).toBe('postgres://here');
    lock.release();
    expect(await findHolder(directory)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('has one holder at a time, however many processes try for it at once', async () => {
    const takers = Array.from({ length: 4 }, () =>
      spawn(process.execPath, [join(__dirname, 'lock-taker.ts'), directory, '25'], {
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
    expect(await findHolder(directory)).toMatchObject(holder);
    expect(await Lock.take(directory)).toBeUndefined();
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const lock = (await Lock.take(directory))!;
    const own = lock.file.slice(directory.length + 1, -'.lock'.length);
    expect(readdirSync(directory)).toEqual([`${own}.lock`, `${own}.sock`]);
    lock.release();
  });

  it.each(['a', 'a'.repeat(60), 'ä'.repeat(100)])('is of a process, not of a pid, in a folder %s', async (name) => {
    directory = mkdtempSync(join(directory, name));
    const { holder, answer } = await hold();
    expect(answer).toBe('taken');
    expect(await Lock.take(directory)).toBeUndefined();
    // Another process that has its pid, or its pid in a container, says nothing about it.
    const { file, ...written } = (await findHolder(directory))!;
    writeFileSync(file, JSON.stringify({ ...written, pid: 2 ** 22 + 1, began: 'another boot 1' }));
    expect(await Lock.take(directory)).toBeUndefined();
    holder.kill('SIGSTOP');
    expect(await Lock.take(directory)).toBeUndefined();

    writeFileSync(file, JSON.stringify({ ...written, pid: process.pid, began: '' }));
    await kill(holder);
    expect(await findHolder(directory)).toBeUndefined();
    expect(readdirSync(directory)).toEqual([]);
  });

  itInContainer('is seen from a container, and that of a container from here', async () => {
    const inside = await hold(...IN_CONTAINER);
    expect(inside.answer).toBe('taken');
    expect(await Lock.take(directory)).toBeUndefined();
    expect((await hold(...IN_CONTAINER)).answer).toBe('locked');
    await kill(inside.holder);
    const lock = (await Lock.take(directory))!;
    expect((await hold(...IN_CONTAINER)).answer).toBe('locked');
    lock.release();
    expect((await hold(...IN_CONTAINER)).answer).toBe('taken');
  });

  it('stays that of another machine, whatever its pid is here', async () => {
    const holder = { pid: 2 ** 22 + 1, host: 'elsewhere', began: '' };
    writeFileSync(join(directory, 'server-1-00000000.lock'), JSON.stringify(holder));
    expect(await Lock.take(directory)).toBeUndefined();
    expect(await findHolder(directory)).toMatchObject(holder);
  });

  it('leaves other files alone', async () => {
    for (const name of ['server.log', 'yarn.lock', 'server-x.lock']) writeFileSync(join(directory, name), '');
    (await Lock.take(directory))!.release();
    expect(readdirSync(directory).length).toBe(3);
  });
});
