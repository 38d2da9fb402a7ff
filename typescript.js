// Lets Node run the project's TypeScript: node --require ./typescript.js file.ts. Compiled as .swcrc says, file by file as it
// is needed, without a look at the types; what is lazy there is loaded when it is used. With --enable-source-maps stack
// traces name the lines of the source.
const { createHash } = require('node:crypto');
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { join } = require('node:path');

// pg asks `navigator` where it runs. Node has one from version 21 on; without it pg loads all of fetch to find out.
globalThis.navigator ??= { userAgent: `Node.js/${process.versions.node}` };

// What was compiled once is kept, so that commands start sooner, and without the compiler.
const CACHE = join(__dirname, 'node_modules/.cache/typescript');
const sourceMaps = process.sourceMapsEnabled ? 'inline' : false;
const settings = [
  require('@swc/core/package.json').version,
  readFileSync(join(__dirname, '.swcrc'), 'utf8'),
  String(sourceMaps),
];

const run = require('./startup').startSooner(CACHE, keep, compileOnce, settings);
Module._extensions['.ts'] = (module, filename) => run(module, readFileSync(filename, 'utf8'));
// Node keeps what V8 makes of ES modules; from version 22 on.
Module.enableCompileCache?.(join(CACHE, 'v8'));

function compileOnce(code, filename) {
  const hash = createHash('sha256');
  for (const part of [...settings, filename, code]) hash.update(`${part.length} ${part}`);
  const file = join(CACHE, `${hash.digest('hex')}.js`);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const compiled = compile(code, filename);
    keep(file, compiled);
    return compiled;
  }
}

function compile(code, filename) {
  return require('@swc/core').transformSync(code, { filename, root: __dirname, sourceMaps }).code;
}

/** Complete or not at all, since others may read it; where nothing can be written, nothing is kept. */
function keep(file, compiled) {
  try {
    mkdirSync(CACHE, { recursive: true });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, compiled);
    renameSync(partial, file);
  } catch {
    // It is compiled anew the next time.
  }
}
