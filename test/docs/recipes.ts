import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** What the commands of the project need of it. */
const PROJECT = ['package.json', 'ormconfig.ts', 'typescript.js', 'tsconfig.json', '.swcrc', 'src', 'docs'];

/** Copies these, and more if named, into a new folder, and links the packages, installed and own. @returns its path */
export function copyOfProject(prefix: string, ...more: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), prefix));
  for (const name of [...PROJECT, ...more]) cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  // The engine is part of what is installed: one copy, for the commands and for the project.
  for (const name of ['node_modules', 'packages']) symlinkSync(join(ROOT, name), join(folder, name));
  return folder;
}

/** A fenced block of code in a Markdown text. */
export interface Block {
  language: string;
  text: string;
}

/** What a command printed, and how it ended. */
export interface Outcome {
  exitCode: number | null;
  output: string;
}

/** The blocks of the section under a heading, up to the next heading. */
export function blocksUnder(heading: string, markdown: string): Block[] {
  const sections = markdown.split(/^#+ (?=.*$)/m);
  const section = sections.find((text) => text.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`There is no heading "${heading}".`);
  return [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
}

/** Does in `folder` what a block says: writes or changes the file named in its first line, or runs its commands. */
export async function follow({ language, text }: Block, folder: string, environment: NodeJS.ProcessEnv): Promise<void> {
  const [, path, rest] = /^ ?\/\/ (\S+)\n(.*)$/s.exec(text) ?? [];
  if (language === 'ts') {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), rest);
  } else if (language === 'diff') {
    const [file, ...others] = filesLike(join(folder, path));
    if (file === undefined || others.length > 0) throw new Error(`There is not one file ${path}.`);
    writeFileSync(file, changed(readFileSync(file, 'utf8'), rest));
  } else {
    for (const command of text.trim().split('\n')) {
      const { exitCode, output } = await run(command, folder, environment);
      if (exitCode !== 0) throw new Error(`${command}\n${output}`);
    }
  }
}

/** The files of a path whose last part may begin with '*'. */
function filesLike(path: string): string[] {
  const [exact, ending] = [basename(path), basename(path).slice(1)];
  return readdirSync(dirname(path))
    .filter((name) => (exact.startsWith('*') ? name.endsWith(ending) : name === exact))
    .map((name) => join(dirname(path), name));
}

/** A text with the hunks of a diff done to it; each has to have one place. */
function changed(text: string, diff: string): string {
  const changing = diff.split(/^@@\n/m).reduce((before, hunk) => {
    const lines = hunk.replace(/\n$/, '').split('\n');
    const without = (sign: string): string =>
      ['', ...lines.filter((line) => !line.startsWith(sign)).map((line) => line.slice(1)), ''].join('\n');
    const parts = before.split(without('+'));
    if (parts.length !== 2) throw new Error(`${parts.length - 1} places, not one, for:\n${hunk}`);
    return parts.join(without('-'));
  }, `\n${text}`);
  return changing.slice(1);
}

export function run(command: string, folder: string, environment: NodeJS.ProcessEnv): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { cwd: folder, env: environment });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject).on('close', (exitCode) => resolve({ exitCode, output }));
  });
}
