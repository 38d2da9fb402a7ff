import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getMetadataStorage } from 'class-validator';
import { getMetadataArgsStorage } from 'typeorm';
import ts from 'typescript';
import { Configuration } from '../../src/database/configuration';
import { snakeCase } from '../../src/entities/snake-case';
import { entities } from '../../src/entities';
import { blocksUnder } from './recipes';

const ROOT = join(__dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const README = read('README.md');

describe('README.md', () => {
  it('is short', () => {
    expect(README.split('\n').length).toBeLessThanOrEqual(121);
  });

  it('quotes an entity as it is', () => {
    const [{ text }] = blocksUnder('An entity', README);
    expect(read('src/entities/tasks/task.entity.ts')).toContain(text);
  });

  it('quotes a factory as it is', () => {
    const [, path] = /\((seeds\/factories\/\S+\.ts)\)/.exec(README)!;
    const [{ text }] = blocksUnder('A seed', README);
    expect(read(path)).toBe(text);
  });

  it('shows a service that compiles', () => {
    const [{ text }] = blocksUnder('A service', README);
    expect(compileErrors(text)).toEqual([]);
  });
});

describe('docs/configuration.md', () => {
  it('lists each variable of the configuration, and no other', () => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(Configuration, '', false, false);
    const variables = new Set(rules.map(({ propertyName }) => snakeCase(propertyName).toUpperCase()));
    const listed = [...read('docs/configuration.md').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...variables].sort());
  });
});

describe('docs/schema/README.md', () => {
  it('lists tables that there are, each once', () => {
    const listed = [...read('docs/schema/README.md').matchAll(/^- \[(\w+)\]\(/gm)].map(([, table]) => table);
    const names = getMetadataArgsStorage()
      .tables.filter(({ target }) => entities.some((entity) => entity === target))
      .map(({ name }) => name);
    expect(listed).not.toHaveLength(0);
    expect(names).toEqual(expect.arrayContaining(listed));
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe('docs/application.md', () => {
  it('shows a module that compiles', () => {
    const [{ text }] = blocksUnder('Write your own module', read('docs/application.md'));
    expect(compileErrors(text)).toEqual([]);
  });
});

const PAGES = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'));

describe.each(['README.md', 'CONTRIBUTING.md', ...PAGES.map((name) => `docs/${name}`)])('%s', (file) => {
  const text = read(file);

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links to files that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, dirname(file), path)))).toEqual([]);
  });
});

/** TypeScript's errors in a file of the project that doesn't exist. The first line of `text` is a comment with its path. */
function compileErrors(text: string): string[] {
  const path = join(ROOT, /^\/\/ (\S+)\n/.exec(text)![1]);
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (name) => ts.sys.readFile(name)).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [path] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  host.fileExists = (name) => name === path || ts.sys.fileExists(name);
  host.readFile = (name) => (name === path ? text : ts.sys.readFile(name));
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([path], { ...options, noEmit: true }, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
