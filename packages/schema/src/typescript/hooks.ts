import { readFileSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile, formatOf, isTypeScript, sourceOf } from './compile';

/** The hooks of Node for `import`: https://nodejs.org/api/module.html#hooks */
export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    const importer = fileOf(context.parentURL);
    const source = importer && sourceOf(specifier, importer);
    if (!source) throw error;
    return next(pathToFileURL(source).href, context);
  }
};

export const load: LoadHook = (url, context, next) => {
  const file = fileOf(url);
  if (!file) return next(url, context);
  // Without a source Node requires the file, and the hook of `require` compiles it.
  if (formatOf(file) === 'commonjs') return { format: 'commonjs', shortCircuit: true };
  return { format: 'module', source: compile(readFileSync(file, 'utf8'), file, 'module'), shortCircuit: true };
};

/** The TypeScript file that a URL names. */
function fileOf(url: string | undefined): string | undefined {
  if (!url?.startsWith('file:')) return undefined;
  const file = fileURLToPath(url);
  return isTypeScript(file) && !file.includes('/node_modules/') ? file : undefined;
}
