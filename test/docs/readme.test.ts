import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
  it('lists each variable of the configuration, and no other', () => {
    const rules = getMetadataStorage().getTargetValidationMetadatas(Configuration, '', false, false);
    const variables = new Set(rules.map(({ propertyName }) => snakeCase(propertyName).toUpperCase()));
    const listed = [...section('Configuration').matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...variables].sort());
  });

  it('lists tables that there are, each once', () => {
    const listed = [...section('The schema at a glance').matchAll(/^\| \[\w+\]\(\S+\) +\| (.*?) +\|$/gm)].flatMap(
      ([, tables]) => tables.split(', '),
    );
    const names = getMetadataArgsStorage()
      .tables.filter(({ target }) => entities.some((entity) => entity === target))
      .map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(listed));
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('quotes an entity as it is', () => {
    const [{ text }] = blocksUnder('The schema at a glance', README);
    expect(read('src/entities/tasks/task.entity.ts')).toContain(text.slice(0, text.indexOf('  // …')));
  });

  it('shows a module that compiles', () => {
    const [{ text }] = blocksUnder('Use it from NestJS', README);
    const [, path] = /^\/\/ (\S+)\n/.exec(text)!;
    expect(compileErrors(join(ROOT, path), text)).toEqual([]);
  });
});

describe.each(['README.md', 'CONTRIBUTING.md'])('%s', (file) => {
  const text = read(file);

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });

  it('links to files that there are', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path);
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** What TypeScript says against a file of the project that is not there. */
function compileErrors(path: string, text: string): string[] {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (name) => ts.sys.readFile(name)).config as object;
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [path] }, ts.sys, ROOT);
  const host = ts.createCompilerHost(options);
  host.fileExists = (name) => name === path || ts.sys.fileExists(name);
  host.readFile = (name) => (name === path ? text : ts.sys.readFile(name));
  const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([path], { ...options, noEmit: true }, host));
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** What stands under a heading, up to the next one. */
function section(heading: string): string {
  return README.split(/^## /m).find((text) => text.startsWith(`${heading}\n`))!;
}
