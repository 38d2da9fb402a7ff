import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from './pages';

/** The names of the files in `directory` that are missing, say something else, or are no page any more. */
export function outdatedFiles(directory: string, pages: readonly Page[]): string[] {
  const wanted = new Map(pages.map(({ file, markdown }) => [file, markdown]));
  const found = filesIn(directory);
  const names = [...new Set([...wanted.keys(), ...found])];
  return names.filter(
    (file) => !found.includes(file) || readFileSync(join(directory, file), 'utf8') !== wanted.get(file),
  );
}

/** Makes the files in `directory` those of the pages, and no others. */
export function writePages(directory: string, pages: readonly Page[]): void {
  mkdirSync(directory, { recursive: true });
  for (const file of filesIn(directory)) rmSync(join(directory, file));
  for (const { file, markdown } of pages) writeFileSync(join(directory, file), markdown);
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.md'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
