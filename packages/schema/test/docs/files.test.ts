import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { outdatedFiles, writePages } from '../../src/docs/files';

const pages = [
  { file: 'README.md', markdown: '# Index\n' },
  { file: 'tasks.md', markdown: '# Tasks\n' },
];

describe('the files of the documentation', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'docs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are up to date once they have been written', () => {
    writePages(folder, pages);
    expect(outdatedFiles(folder, pages)).toEqual([]);
  });

  it('are outdated where one is missing, differs or is too many', () => {
    writePages(folder, pages);
    rmSync(join(folder, 'README.md'));
    writeFileSync(join(folder, 'tasks.md'), '# Tasks, by hand\n');
    writeFileSync(join(folder, 'gone.md'), '');
    expect(outdatedFiles(folder, pages)).toEqual(['README.md', 'tasks.md', 'gone.md']);
  });

  it('are outdated, each of them, where the folder is not there', () => {
    expect(outdatedFiles(join(folder, 'nowhere'), pages)).toEqual(['README.md', 'tasks.md']);
  });

  it('are written into a folder that is not there, and the page of a domain that is gone is removed', () => {
    const nested = join(folder, 'docs/schema');
    writePages(nested, pages);
    writePages(nested, [pages[1]]);
    expect(readdirSync(nested)).toEqual(['tasks.md']);
  });
});
