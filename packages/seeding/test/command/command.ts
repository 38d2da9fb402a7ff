import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';

/** The package's folder, in which the command runs. */
export const PACKAGE = join(__dirname, '../..');

/** `entity-seed …` on the sample. */
export function command(...parameters: string[]): [program: string, ...parameters: string[]] {
  const files = ['-d', 'test/sample/data-source.ts', '--seeds', 'test/sample/seeds.ts'];
  return [process.execPath, 'bin/entity-seed.js', ...files, ...parameters];
}

export function environment(set: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, NODE_OPTIONS } = process.env;
  return { PATH, NODE_OPTIONS, NODE_ENV: '', ...set };
}

export interface Result {
  /** The exit code, or the signal that has ended the command. */
  code: number | string;
  stdout: string;
  stderr: string;
}

/** Starts the command. */
export function start(parameters: string[], set: NodeJS.ProcessEnv): { child: ChildProcess; ended: Promise<Result> } {
  const [program, ...rest] = command(...parameters);
  let child: ChildProcess;
  const ended = new Promise<Result>((resolve) => {
    child = execFile(program, rest, { cwd: PACKAGE, env: environment(set) }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal!) : 0, stdout, stderr }),
    );
  });
  return { child: child!, ended };
}

/** Runs the command to its end. */
export function entitySeed(parameters: string[], set: NodeJS.ProcessEnv): Promise<Result> {
  return start(parameters, set).ended;
}
