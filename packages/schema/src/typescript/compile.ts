import { dirname } from 'node:path';
import * as ts from 'typescript';
import { UserError } from '../errors';

const options = new Map<string, ts.CompilerOptions>();

/**
 * The JavaScript of a TypeScript file: as the tsconfig.json above it says, and without a look at the types.
 *
 * @throws UserError that says where it is wrong
 */
export function compile(code: string, file: string, format: 'commonjs' | 'module'): string {
  const compilerOptions = {
    ...optionsOf(file),
    module: format === 'module' ? ts.ModuleKind.ESNext : moduleKindOfCommonJs(optionsOf(file)),
    sourceMap: false,
    inlineSourceMap: true,
    inlineSources: true,
  };
  const { outputText, diagnostics = [] } = ts.transpileModule(code, {
    fileName: file,
    compilerOptions,
    reportDiagnostics: true,
  });
  // Those that are of no file are about options that other versions of TypeScript want otherwise.
  const mistake = diagnostics.find((one) => one.file && one.category === ts.DiagnosticCategory.Error);
  if (mistake) throw new UserError(messageOf(mistake));
  return outputText;
}

function messageOf({ file, start, messageText }: ts.Diagnostic): string {
  const { line, character } = file!.getLineAndCharacterOfPosition(start!);
  return `${file!.fileName}:${line + 1}:${character + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
}

/** The TypeScript file that an import means (`./user.js` is user.ts; a name of the option `paths`), if there is one. */
export function sourceOf(specifier: string, importer: string): string | undefined {
  const { resolvedModule } = ts.resolveModuleName(specifier, importer, optionsOf(importer), ts.sys);
  if (!resolvedModule || resolvedModule.isExternalLibraryImport) return undefined;
  return isTypeScript(resolvedModule.resolvedFileName) ? resolvedModule.resolvedFileName : undefined;
}

export function isTypeScript(file: string): boolean {
  return /(?<!\.d)\.[cm]?ts$/.test(file);
}

/** What Node takes a file for: its extension says it, or the package.json above it. */
export function formatOf(file: string): 'commonjs' | 'module' {
  const { NodeNext } = ts.ModuleKind;
  const resolution = { module: NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext };
  const kind = ts.getImpliedNodeFormatForFile(file, undefined, ts.sys, resolution);
  return kind === ts.ModuleKind.ESNext ? 'module' : 'commonjs';
}

/** Of those that tsconfig.json may name, Node's own keep `import()` as it is; all others are for bundlers and browsers. */
function moduleKindOfCommonJs({ module }: ts.CompilerOptions): ts.ModuleKind {
  const { Node16, NodeNext, CommonJS } = ts.ModuleKind;
  return module !== undefined && module >= Node16 && module <= NodeNext ? module : CommonJS;
}

function optionsOf(file: string): ts.CompilerOptions {
  const folder = dirname(file);
  if (!options.has(folder)) options.set(folder, readOptions(folder));
  return options.get(folder)!;
}

function readOptions(folder: string): ts.CompilerOptions {
  const file = ts.findConfigFile(folder, (path) => ts.sys.fileExists(path));
  if (!file) return {};
  // The files that the project consists of don't matter here, and may be many.
  const host = { ...ts.sys, readDirectory: () => [] };
  const { config } = ts.readConfigFile(file, (path) => ts.sys.readFile(path)) as { config?: unknown };
  return ts.parseJsonConfigFileContent(config ?? {}, host, dirname(file), undefined, file).options;
}
