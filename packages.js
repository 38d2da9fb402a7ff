// Lets a command start in half the time. Most of what Node does until then is to look for a thousand files of packages, to
// read and to compile them. So what a command has loaded of packages is kept in one file, with V8's code of it, and comes
// from there the next time. The project's own files are loaded as ever.
const { createHash } = require('node:crypto');
const { readFileSync, realpathSync, statSync } = require('node:fs');
const inspector = require('node:inspector');
const Module = require('node:module');
const { dirname, join, relative, sep } = require('node:path');
const { isModuleNamespaceObject } = require('node:util').types;
const { cachedDataVersionTag, deserialize, serialize } = require('node:v8');
const { constants, Script } = require('node:vm');
const { isMainThread } = require('node:worker_threads');

const PACKAGES = `${sep}node_modules${sep}`;
/** What npm writes when it has installed something: with that a request may lead to another file. */
const INSTALLED = '.package-lock.json';
/** A text of these characters alone takes half the memory, and half the time to be read. */
const LATIN_1 = /^[\0-\xff]*$/;
/** Depends on the file that it stands in. */
const DYNAMIC_IMPORT = /\bimport\s*\(/;

/**
 * Loads packages from what an earlier run of the same command has kept of them, and keeps what this one loads.
 *
 * @param folder where it is kept
 * @param keep writes a file
 */
exports.keepPackages = (folder, keep) => {
  // Who wants to see places in files needs the files.
  if (process.sourceMapsEnabled || inspector.url()) return;
  const command = process.argv[1] && relative(realpathSync(__dirname), realpathSync(process.argv[1]));
  if (!command || command.startsWith('..')) return;
  // V8's code is for one version and for one set of options, which the tag tells.
  const key = [process.version, cachedDataVersionTag(), command, readFileSync(__filename)].join(' ');
  const file = join(folder, `${createHash('sha256').update(key).digest('hex')}.packages`);

  const kept = readKept(file);
  const scripts = kept?.groups.map((group) => load(group, file)) ?? [];
  const resolutions = rememberResolutions(kept?.resolutions);
  if (!isMainThread) return;
  process.on('exit', (code) => {
    if (code !== 0) return;
    const names = new Set([...(kept?.names ?? []), ...loadedNames()]);
    try {
      if (!kept || names.size > kept.names.length) keep(file, serialize(packed([...names], resolutions)));
      else if (!kept.hasRun) keep(file, serialize(withCode(kept, scripts)));
    } catch {
      // A file has gone, or another tool than npm has installed the packages.
    }
  });
};

/** What has been kept, where all files are as they were; undefined: nothing. */
function readKept(file) {
  try {
    const kept = deserialize(readFileSync(file));
    return kept.states.every(({ name, state }) => stateOf(name) === state) ? kept : undefined;
  } catch {
    return undefined;
  }
}

function stateOf(file) {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
}

/** Lets Node take files from there. */
function load({ names, source, code }, filename) {
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  const script = new Script(source, { filename, cachedData: code, importModuleDynamically });
  const functions = script.runInThisContext();
  const places = new Map(names.map((name, place) => [name, place]));
  const loadFile = Module._extensions['.js'];
  Module._extensions['.js'] = (module, name) => {
    const place = places.get(name);
    if (place === undefined) return loadFile(module, name);
    const { exports } = module;
    functions[place].call(exports, exports, Module.createRequire(name), module, name, dirname(name));
  };
  return script;
}

/** The same with V8's code of all that a run needs, which it has compiled by its end. */
function withCode(kept, scripts) {
  const groups = kept.groups.map((group, place) => ({ ...group, code: scripts[place].createCachedData() }));
  return { ...kept, groups, hasRun: true };
}

/** Finds each file of a package once. @returns the files by folder and request; more will come */
function rememberResolutions(known = new Map()) {
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, parent, isMain, options) => {
    if (!parent?.path || isMain || options) return resolve(request, parent, isMain, options);
    const key = `${parent.path}\0${request}`;
    const name = known.get(key) ?? resolve(request, parent);
    if (name.includes(PACKAGES)) known.set(key, name);
    return name;
  };
  return known;
}

/** The files of packages that are scripts and no modules. */
function loadedNames() {
  return Object.values(require.cache)
    .filter(({ loaded, exports }) => loaded && !isModuleNamespaceObject(exports))
    .map(({ filename }) => filename)
    .filter((name) => name?.includes(PACKAGES) && /\.c?js$/.test(name));
}

/** What is kept of files: each as a function of a script, and where requests lead. */
function packed(names, resolutions) {
  const sources = names.map(functionOf);
  const usable = names.map((_, place) => place).filter((place) => isUsable(sources[place]));
  const groups = [true, false].map((isLatin) => {
    const own = usable.filter((place) => LATIN_1.test(sources[place]) === isLatin);
    return { names: own.map((place) => names[place]), source: `[${own.map((place) => sources[place]).join(',\n')}]` };
  });
  const roots = new Set(names.map((name) => name.slice(0, name.indexOf(PACKAGES) + PACKAGES.length)));
  const states = [...names, ...[...roots].map((root) => join(root, INSTALLED))];
  const own = new Set(names);
  return {
    names,
    states: states.map((name) => ({ name, state: stateOf(name) })),
    groups,
    resolutions: new Map([...resolutions].filter(([, name]) => own.has(name))),
  };
}

function functionOf(name) {
  const source = readFileSync(name, 'utf8')
    .replace(/^\ufeff/, '')
    .replace(/^#!.*/, '');
  return `function (exports, require, module, __filename, __dirname) {${source}\n}`;
}

function isUsable(source) {
  try {
    return !DYNAMIC_IMPORT.test(source) && Boolean(new Script(`(${source})`));
  } catch {
    return false;
  }
}
