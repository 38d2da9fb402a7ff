// Lets Node run TypeScript: node --require ./typescript.js file.ts. swc compiles each file as .swcrc says, when it is needed
// and without a look at the types. Stack traces, breakpoints and coverage show the lines of the source.
const Module = require('node:module');
const { transformSync } = require('@swc/core');
const { addHook } = require('pirates');

process.setSourceMapsEnabled(true);
// Node keeps what V8 makes of each module; from version 22 on.
Module.enableCompileCache?.();
const options = { swcrc: false, configFile: `${__dirname}/.swcrc` };
addHook((code, filename) => transformSync(code, { ...options, filename }).code, { exts: ['.ts'] });
