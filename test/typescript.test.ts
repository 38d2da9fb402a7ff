import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(__dirname, '..');

/** Types take lines that JavaScript does not have: without a source map the lines below them are wrong. */
const TYPES = `interface Shape {
  corners: number;
}
type Shapes = Shape[];
`;
/** The line that throws, counted from 1. */
const THROWS = 7;
const THROWING = `${TYPES}
export function count(shapes: Shapes): number {
  throw new Error(\`no \${shapes.length}\`);
}
`;

describe('typescript.js', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'typescript-')));
    file = join(folder, 'file.ts');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs a file with the hook and no flag besides. */
  function run(source: string, environment: NodeJS.ProcessEnv = {}): { stdout: string; stderr: string } {
    writeFileSync(file, source);
    return spawnSync(process.execPath, ['--require', './typescript.js', file], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, NODE_OPTIONS: '', ...environment },
    });
  }

  it('runs what a file says now, not what it said when it was compiled first', () => {
    expect(run(`const said: string = 'one'; console.log(said);`).stdout).toBe('one\n');
    expect(run(`const said: string = 'one'; console.log(said);`).stdout).toBe('one\n');
    expect(run(`const said: string = 'two'; console.log(said);`).stdout).toBe('two\n');
  });

  it('compiles what Node can not strip: decorators with the types of properties, enumerations', () => {
    const { stdout } = run(
      `import 'reflect-metadata';
      enum Corner { Left = 'left' }
      function typed(target: object, name: string) {
        console.log(Reflect.getMetadata('design:type', target, name).name, Corner.Left);
      }
      class Box { @typed text: string; }
      new Box();`.replace('reflect-metadata', require.resolve('reflect-metadata')),
    );
    expect(stdout).toBe('String left\n');
  });

  it('says where TypeScript is wrong', () => {
    expect(run('const = 1;').stderr).toMatch(/Unexpected token|Expected/);
  });

  it('shows the lines of the source in the stack traces of a command', () => {
    expect(run(`${THROWING}count([]);`).stderr).toContain(`file.ts:${THROWS}:9`);
  });

  it('shows them in a worker thread', () => {
    const { stderr } = run(`import { isMainThread, Worker } from 'node:worker_threads';
${THROWING}
if (isMainThread) new Worker(__filename).on('error', (error) => console.error(error));
else count([]);`);
    expect(stderr).toContain(`file.ts:${THROWS + 1}:9`);
  });

  it('shows them in jest', () => {
    const { stack } = new Error('here');
    const line = readFileSync(__filename, 'utf8')
      .split('\n')
      .findIndex((text) => text.includes("new Error('here')"));
    expect(stack).toContain(`typescript.test.ts:${line + 1}:`);
  });

  it('tells a debugger which line of the source is which', () => {
    const inspected = join(folder, 'inspected.ts');
    writeFileSync(inspected, THROWING);
    const { stdout } = run(`import { Session } from 'node:inspector';
      const session = new Session();
      session.connect();
      session.on('Debugger.scriptParsed', ({ params }) => {
        if (!params.url.endsWith('inspected.ts')) return;
        session.post('Debugger.getScriptSource', { scriptId: params.scriptId }, (_, { scriptSource }) =>
          console.log(JSON.stringify({ map: params.sourceMapURL, code: scriptSource })));
      });
      session.post('Debugger.enable');
      require('./inspected');`);
    const { map, code } = JSON.parse(stdout) as { map: string; code: string };
    expect(sourceOf(payloadOf(map), code)).toEqual({ file: inspected, line: THROWS });
  });

  it('tells coverage which line of the source is which', () => {
    run(THROWING, { NODE_V8_COVERAGE: join(folder, 'coverage') });
    const [report] = readdirSync(join(folder, 'coverage'));
    const coverage = JSON.parse(readFileSync(join(folder, 'coverage', report), 'utf8')) as {
      'source-map-cache': Record<string, { data: SourceMapPayload; lineLengths: number[] }>;
    };
    const [, { data, lineLengths }] = Object.entries(coverage['source-map-cache']).find(([url]) =>
      url.endsWith('file.ts'),
    )!;
    expect(data.sources.map((source) => source.replace(/^file:\/\//, ''))).toEqual([file]);
    const map = new SourceMap(data);
    // swc indents by four.
    const entries = lineLengths.map((_, line) => map.findEntry(line, 4));
    expect(entries).toContainEqual(expect.objectContaining({ originalLine: THROWS - 1, originalColumn: 2 }));
  });
});

function payloadOf(url: string): SourceMapPayload {
  return JSON.parse(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64').toString()) as SourceMapPayload;
}

/** Where in the sources the compiled line is that throws. */
function sourceOf(map: SourceMapPayload, code: string): { file: string; line: number } {
  const line = code.split('\n').findIndex((text) => text.includes('throw new Error'));
  const entry = new SourceMap(map).findEntry(line, code.split('\n')[line].indexOf('throw'));
  if (!('originalSource' in entry)) throw new Error('The source map does not know the line');
  return { file: entry.originalSource, line: entry.originalLine + 1 };
}
