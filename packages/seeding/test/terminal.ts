import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

/** Runs a command on a terminal of its own, as Debian has it. */
const SCRIPT = '/usr/bin/script';

/** `describe` for what a terminal is needed for. Skipped where there is no `script` of util-linux. */
export const describeOnTerminal = process.platform === 'linux' && existsSync(SCRIPT) ? describe : describe.skip;

/** A command on a terminal of 120 columns. */
export interface Terminal {
  /** All that has been written to the terminal, with its control sequences. */
  readonly transcript: string;
  /** The command's process. */
  readonly pid: number;
  /** Resolves when something that fits has been written; rejects where the command ends without it. */
  shows(text: RegExp): Promise<void>;
  /** Presses keys: `\x03` is Ctrl-C. */
  press(keys: string): void;
  /** The exit code; 128 and its number after a signal, as a shell says it. */
  ended: Promise<number>;
}

export async function onTerminal(
  command: readonly string[],
  environment: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Terminal> {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const shell = `stty rows 30 cols 120; echo "pid $$"; exec ${quoted}`;
  const child = spawn(SCRIPT, ['--quiet', '--return', '--flush', '--command', shell, '/dev/null'], {
    cwd,
    env: { ...environment, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = once(child, 'close').then(([code]) => code as number);
  const shows = async (text: RegExp): Promise<void> => {
    while (!text.test(output)) {
      const more = await Promise.race([once(child.stdout, 'data'), ended]);
      if (typeof more === 'number' && !text.test(output)) throw new Error(`ended with ${more}: ${output}`);
    }
  };
  await shows(/pid (\d+)\r\n/);
  const [introduction, pid] = /pid (\d+)\r\n/.exec(output)!;
  return {
    get transcript() {
      return output.slice(introduction.length);
    },
    pid: Number(pid),
    shows,
    press: (keys) => void child.stdin.write(keys),
    ended,
  };
}

const ESC = '\u001b';
const PARTS = new RegExp(`\r|${ESC}\\[\\??\\d*[A-Za-z]|${ESC}\\d|[^\r${ESC}]+`, 'g');

/** What a person sees in the end: the lines of a transcript, after what has been written over and cleared. */
export function linesOf(transcript: string): string[] {
  return transcript.split(/\r?\n/).map((line) => {
    let shown = '';
    let column = 0;
    for (const [part] of line.matchAll(PARTS)) {
      if (part === '\r' || part === `${ESC}[1G`) column = 0;
      else if (part === `${ESC}[0K`) shown = shown.slice(0, column);
      else if (part === `${ESC}[2K`) shown = '';
      else if (!part.startsWith(ESC)) {
        shown = shown.slice(0, column).padEnd(column) + part + shown.slice(column + part.length);
        column += part.length;
      }
    }
    return shown;
  });
}

/** Whether the cursor can be seen in the end. */
export function showsCursor(transcript: string): boolean {
  return transcript.lastIndexOf(`${ESC}[?25l`) <= transcript.lastIndexOf(`${ESC}[?25h`);
}
