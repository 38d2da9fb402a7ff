import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a command took: the whole process, from its start to its end. */
export interface Measurement {
  readonly seconds: number;
  /** The most memory that the process held at a time. */
  readonly peakMegabytes: number;
}

const POLL_MS = 20;

/**
 * Runs a command on a database. What a shell may say to every Node stays out of it: with NODE_EXTRA_CA_CERTS, Node 20 reads
 * all certificates before anything else, for longer than it takes to start.
 *
 * @throws Error with what it wrote where it fails
 */
export function measure([program, ...parameters]: string[], url: string): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(program, parameters, {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, NODE_OPTIONS: undefined, DATABASE_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    let peakMegabytes = 0;
    const timer = setInterval(() => (peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid!))), POLL_MS);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: (performance.now() - began) / 1000, peakMegabytes });
      else reject(new Error(`${program} ended with ${code}: ${output.trim()}`));
    });
  });
}

/** The high-water mark of a process's memory, as Linux keeps it. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0; // It has just ended.
  }
}
