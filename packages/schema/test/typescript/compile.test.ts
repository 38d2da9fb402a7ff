import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compile, formatOf, isTypeScript, sourceOf } from '../../src/typescript/compile';

const DECORATORS = { experimentalDecorators: true, emitDecoratorMetadata: true };

describe('the compiler of TypeScript sources', () => {
  let folder: string;

  beforeEach(() => (folder = realpathSync(mkdtempSync(join(tmpdir(), 'compile-')))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(name: string, content: string | object): string {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  }

  it('tells decorators the types of properties where tsconfig.json says so, or what it extends', () => {
    const source = 'class User { @Column() age: number; }';
    write('base.json', { compilerOptions: DECORATORS });
    write('tsconfig.json', { extends: './base.json' });
    write('plain/tsconfig.json', { compilerOptions: { experimentalDecorators: true } });
    expect(compile(source, join(folder, 'user.ts'), 'commonjs')).toContain('"design:type", Number');
    expect(compile(source, join(folder, 'plain/user.ts'), 'commonjs')).not.toContain('design:type');
  });

  it.each(['commonjs', 'nodenext', 'esnext'])('makes what is asked for of a project whose module is %s', (module) => {
    write('tsconfig.json', { compilerOptions: { module, target: 'es2022' } });
    const source = `import { b } from './b'; export const a = b;`;
    expect(compile(source, join(folder, 'a.ts'), 'commonjs')).toContain('require("./b")');
    expect(compile(source, join(folder, 'a.ts'), 'module')).toContain(`import { b } from './b'`);
  });

  it('lets classes import each other: what is not there yet is undefined, and no error', () => {
    write('tsconfig.json', { compilerOptions: { ...DECORATORS, module: 'commonjs' } });
    const source = `import { User } from './user'; export class Profile { @OneToOne(() => User) user: User; }`;
    expect(compile(source, join(folder, 'profile.ts'), 'commonjs')).toContain('typeof user_1.User');
  });

  it('says where a file is wrong, and is silent about options', () => {
    // TypeScript 6 calls both obsolete.
    write('tsconfig.json', { compilerOptions: { moduleResolution: 'node', target: 'es5' } });
    const file = join(folder, 'a.ts');
    expect(() => compile('const one = 1;\nconst = 2;', file, 'commonjs')).toThrow(`${file}:2:7: `);
    expect(compile('const one: number = 1;', file, 'commonjs')).toContain('one = 1');
  });

  it.each([
    ['./user.js', 'src/user.ts'],
    ['./user', 'src/user.ts'],
    ['./user.mjs', undefined],
    ['./folder', 'src/folder/index.ts'],
    ['#entities/user', 'src/user.ts'],
    ['./types', undefined],
    ['./missing', undefined],
    ['node:fs', undefined],
  ])('finds the source that %s means', (specifier, found) => {
    write('tsconfig.json', { compilerOptions: { module: 'commonjs', paths: { '#entities/*': ['./src/*'] } } });
    write('src/user.ts', '');
    write('src/folder/index.ts', '');
    write('src/types.d.ts', '');
    expect(sourceOf(specifier, join(folder, 'src/data-source.ts'))).toBe(found && join(folder, found));
  });

  it('knows what Node takes a file for', () => {
    write('package.json', { type: 'module' });
    write('old/package.json', {});
    expect(['a.ts', 'a.cts', 'old/a.ts', 'old/a.mts'].map((name) => formatOf(write(name, '')))).toEqual([
      'module',
      'commonjs',
      'commonjs',
      'module',
    ]);
    expect(['a.ts', 'a.mts', 'a.d.ts', 'a.js'].map(isTypeScript)).toEqual([true, true, false, false]);
  });
});
