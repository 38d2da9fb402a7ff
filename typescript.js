// Lets Node run the project's TypeScript: node --require ./typescript.js file.ts. Compiled as .swcrc says, file by file as it
// is needed, without a look at the types. With --enable-source-maps stack traces name the lines of the source.
const { addHook } = require('pirates');
const { transformSync } = require('@swc/core');

const sourceMaps = process.sourceMapsEnabled ? 'inline' : false;

addHook((code, filename) => transformSync(code, { filename, root: __dirname, sourceMaps }).code, { exts: ['.ts'] });
