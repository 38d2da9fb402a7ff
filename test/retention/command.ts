import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';

/** A process of the command. */
export interface Run {
  child: ChildProcess;
  printed: () => string;
  ended: Promise<{ code: number | null; output: string; errors: string }>;
}

/** Starts `npm run retention`, after other files, if any. */
export function startRetention(
  argv: readonly string[],
  environment: NodeJS.ProcessEnv,
  required: readonly string[] = [],
): Run {
  const hooks = ['./typescript.js', ...required].flatMap((file) => ['-r', file]);
  const child = spawn(process.execPath, [...hooks, 'src/retention/retention.ts', ...argv], {
    env: { ...process.env, DATABASE_POOL_SIZE: '1', NODE_ENV: 'development', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  return {
    child,
    printed: () => output + errors,
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output, errors }));
    }),
  };
}

/** The archives in a folder, those too that are not finished. */
export async function archivesIn(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => !/^\.|\.sha256/.test(name)).sort();
}
