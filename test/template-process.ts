import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Makes the template database or cleans up, in a process of its own: jest's own finds the packages' sources no more than Node. */
export async function template(work: 'make' | 'clean'): Promise<void> {
  await promisify(execFile)(process.execPath, [require.resolve('./template-command.ts'), work]);
}
