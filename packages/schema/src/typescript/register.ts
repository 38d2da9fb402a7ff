import { readFileSync } from 'node:fs';
import Module from 'node:module';
import { pathToFileURL } from 'node:url';
import { UserError } from '../errors';
import type * as Compile from './compile';

/** What Node gives those who teach `require` another language. It is not typed, since it was never documented. */
interface Require {
  _extensions: Record<string, (module: { _compile(code: string, file: string): void }, file: string) => void>;
  _resolveFilename(request: string, parent: { filename?: string } | undefined, ...rest: unknown[]): string;
}

let registered = false;

/**
 * Lets this process run TypeScript, in CommonJS and ES modules, compiled by TypeScript itself as the project's tsconfig.json
 * says. Its output is what entities need: decorators with the types of properties, and classes that import each other.
 *
 * Does nothing where something else does it already (`--require ts-node/register`). Node's own support knows no decorators.
 *
 * @throws UserError where TypeScript is not installed
 */
export function registerTypeScript(): void {
  const { _extensions: extensions } = Module as unknown as Require;
  const ownSupport = (process.features as { typescript?: unknown }).typescript;
  const runsItself = __filename.endsWith('.ts');
  if (registered || runsItself || (extensions['.ts'] && !ownSupport)) return;
  registered = true;
  const compiler = loadCompiler();
  process.setSourceMapsEnabled(true);
  hookRequire(Module as unknown as Require, compiler);
  Module.register(pathToFileURL(require.resolve('./hooks')));
}

function hookRequire(hooked: Require, { compile, isTypeScript, sourceOf }: typeof Compile): void {
  for (const extension of ['.ts', '.cts'])
    hooked._extensions[extension] = (module, file) =>
      module._compile(compile(readFileSync(file, 'utf8'), file, 'commonjs'), file);
  const resolveFilename = hooked._resolveFilename.bind(hooked);
  hooked._resolveFilename = (request, parent, ...rest) => {
    try {
      return resolveFilename(request, parent, ...rest);
    } catch (error) {
      const importer = parent?.filename;
      const source = importer && isTypeScript(importer) && sourceOf(request, importer);
      if (!source) throw error;
      return source;
    }
  };
}

function loadCompiler(): typeof Compile {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- only here is TypeScript needed
    return require('./compile') as typeof Compile;
  } catch (error) {
    throw new UserError('TypeScript is not installed here: npm install --save-dev typescript', { cause: error });
  }
}
