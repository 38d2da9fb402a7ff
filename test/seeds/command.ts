import { type ChildProcess, execFile } from 'node:child_process';
import { join } from 'node:path';

/** The project's folder, in which the command runs. */
export const ROOT = join(__dirname, '../..');

/** What `npm run seed -- …` starts. */
export function command(...parameters: string[]): [program: string, ...parameters: string[]] {
  const files = ['-d', 'ormconfig.ts', '--seeds', 'seeds/index.ts'];
  return [process.execPath, 'packages/seeding/bin/entity-seed.js', ...files, ...parameters];
}

/** The command's environment. An empty variable hides the one in a developer's .env. */
export function environment(set: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { PATH, NODE_OPTIONS } = process.env;
  return { PATH, NODE_OPTIONS, DATABASE_URL: '', DATABASE_SECRET_FILE: '', NODE_ENV: '', ...set };
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
    child = execFile(program, rest, { cwd: ROOT, env: environment(set) }, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? error.signal!) : 0, stdout, stderr }),
    );
  });
  return { child: child!, ended };
}

/** Runs the command to its end. */
export function seed(parameters: string[], set: NodeJS.ProcessEnv): Promise<Result> {
  return start(parameters, set).ended;
}
