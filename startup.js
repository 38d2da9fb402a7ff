// Lets a command start in half the time. Most of what Node does until then is to look for a thousand files of packages, to
// read and to compile them. So what a command has loaded of packages is kept in one file, with V8's code of it, and comes
// from there the next time. The project's own files are read as ever; where they are, and V8's code of them, is kept, too.
const { createHash } = require('node:crypto');
const { readFileSync, realpathSync, statSync } = require('node:fs');
const inspector = require('node:inspector');
const Module = require('node:module');
const { dirname, isAbsolute, join, relative, resolve, sep } = require('node:path');
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
 * Lets Node load from what an earlier run of the same command has kept, and keeps what this one loads.
 *
 * @param folder where it is kept
 * @param keep writes a file
 * @param compile makes JavaScript of the text of a file of the project
 * @param settings what that depends on, beside text and file
 * @returns what runs the text of a file of the project as a module
 */
exports.startSooner = (folder, keep, compile, settings) => {
  const file = fileOfCommand(folder, settings);
  if (!file) return (module, text) => module._compile(compile(text, module.filename), module.filename);
  const packages = keptPackages(`${file}.packages`);
  const own = keptCode(`${file}.code`, compile);
  rememberResolutions(packages.resolutions, own.resolutions);
  process.on('exit', (code) => {
    if (code !== 0 || !isMainThread) return;
    for (const { name, changed } of [packages, own]) {
      try {
        const content = changed();
        if (content) keep(name, serialize(content));
      } catch {
        // A file has just gone. The command has done its work all the same, and the next run keeps what there is.
      }
    }
  });
  return own.run;
};

/** The path, without an ending, of what is kept of this command; undefined: nothing is. */
function fileOfCommand(folder, settings) {
  // Who wants to see places in files needs the files.
  if (process.sourceMapsEnabled || inspector.url()) return undefined;
  const project = realpathSync(__dirname);
  const command = process.argv[1] && relative(project, realpathSync(process.argv[1]));
  if (!command || command.startsWith('..')) return undefined;
  // V8's code is for one version and for one set of options, which the tag tells.
  const versions = [process.version, cachedDataVersionTag(), ...settings, readFileSync(__filename)];
  // Several copies of the project may share their packages.
  const key = [...versions, project, command].join(' ');
  return join(folder, createHash('sha256').update(key).digest('hex'));
}

function readKept(name) {
  try {
    return deserialize(readFileSync(name));
  } catch {
    return undefined;
  }
}

/** Lets Node take packages from there, where all their files are as they were. */
function keptPackages(name) {
  const read = readKept(name);
  const kept = read?.states.every(({ file, state }) => stateOf(file) === state) ? read : undefined;
  const scripts = kept?.groups.map((group) => loadGroup(group, name));
  const resolutions = kept?.resolutions ?? new Map();

  function changed() {
    const files = new Set([...(kept?.files ?? []), ...loadedFiles()]);
    if (!kept || files.size > kept.files.length) return packed([...files], resolutions);
    if (kept.hasRun) return undefined;
    // By now V8 has compiled all that a run needs.
    const groups = kept.groups.map((group, place) => ({ ...group, code: scripts[place].createCachedData() }));
    return { ...kept, groups, hasRun: true };
  }
  return { name, resolutions, changed };
}

/** Tells whether a file has been written since, or one in a folder made or removed; undefined: there is none. */
function stateOf(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found && `${found.mtimeMs} ${found.size}`;
}

/** Files as one: a list of functions, which Node's modules are. */
function listOf(texts) {
  const functions = texts.map((text) => `function (exports, require, module, __filename, __dirname) {${text}\n}`);
  return `[${functions.join(',\n')}]`;
}

function scriptOf(list, filename, cachedData) {
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return new Script(list, { filename, cachedData, importModuleDynamically });
}

function call(moduleFunction, module) {
  const { exports, filename } = module;
  moduleFunction.call(exports, exports, requireOf(module), module, filename, dirname(filename));
}

/** What a module sees as `require`. Module.createRequire() makes another module for it, which takes ten times as long. */
function requireOf(module) {
  return Object.assign((request) => module.require(request), {
    resolve: (request, options) => Module._resolveFilename(request, module, false, options),
    main: process.mainModule,
    extensions: Module._extensions,
    cache: Module._cache,
  });
}

function loadGroup({ files, list, code }, filename) {
  const script = scriptOf(list, filename, code);
  const functions = script.runInThisContext();
  const places = new Map(files.map((file, place) => [file, place]));
  const loadFile = Module._extensions['.js'];
  Module._extensions['.js'] = (module, file) => {
    const place = places.get(file);
    if (place === undefined) loadFile(module, file);
    else call(functions[place], module);
  };
  return script;
}

/** Finds each file once. What is known, by folder and request, grows with it. */
function rememberResolutions(ofPackages, own) {
  const find = Module._resolveFilename;
  Module._resolveFilename = (request, parent, isMain, options) => {
    if (!parent?.path || isMain || options) return find(request, parent, isMain, options);
    const key = `${parent.path}\0${request}`;
    const known = ofPackages.get(key) ?? own.get(key);
    if (known) return known;
    const file = find(request, parent);
    if (file.includes(PACKAGES)) ofPackages.set(key, file);
    else if (isAbsolute(file)) own.set(key, file);
    return file;
  };
}

/** The files of packages that are scripts and no modules. */
function loadedFiles() {
  return Object.values(require.cache)
    .filter(({ loaded, exports }) => loaded && !isModuleNamespaceObject(exports))
    .map(({ filename }) => filename)
    .filter((file) => file?.includes(PACKAGES) && /\.c?js$/.test(file));
}

/** What is kept of files: each as a function, and where requests lead. Nothing where another tool than npm has installed them. */
function packed(files, resolutions) {
  const roots = new Set(files.map((file) => file.slice(0, file.indexOf(PACKAGES) + PACKAGES.length)));
  const states = [...files, ...[...roots].map((root) => join(root, INSTALLED))].map((file) => ({
    file,
    state: stateOf(file),
  }));
  if (!states.every(({ state }) => state)) return undefined;
  const texts = new Map(files.map((file) => [file, textOf(file)]));
  const usable = files.filter((file) => isUsable(texts.get(file)));
  const groups = [true, false].map((isLatin) => {
    const own = usable.filter((file) => LATIN_1.test(texts.get(file)) === isLatin);
    return { files: own, list: listOf(own.map((file) => texts.get(file))) };
  });
  const all = new Set(files);
  return { files, states, groups, resolutions: new Map([...resolutions].filter(([, file]) => all.has(file))) };
}

function textOf(file) {
  return readFileSync(file, 'utf8')
    .replace(/^\ufeff/, '')
    .replace(/^#!.*/, '');
}

function isUsable(text) {
  try {
    return !DYNAMIC_IMPORT.test(text) && Boolean(scriptOf(listOf([text])));
  } catch {
    return false;
  }
}

/** Gives V8 its code of the project's own files, and their JavaScript, where their texts are what they were. */
function keptCode(name, compile) {
  const kept = readKept(name) ?? { files: new Map(), folders: [], resolutions: new Map() };
  // Another file there may be what a request leads to now.
  const isSame = kept.folders.every(({ folder, state }) => stateOf(folder) === state);
  const resolutions = new Map(isSame ? kept.resolutions : []);
  const scripts = new Map();

  function run(module, text) {
    const { filename } = module;
    const found = kept.files.get(filename);
    const known = found?.text === text ? found : undefined;
    const list = known?.list ?? listOf([compile(text, filename)]);
    const script = scriptOf(list, filename, known?.code);
    scripts.set(filename, { text, list, script });
    call(script.runInThisContext()[0], module);
  }
  function changed() {
    const isKnown = [...scripts].every(([file, { text }]) => kept.files.get(file)?.text === text);
    if (isKnown && isSame && resolutions.size === kept.resolutions.size) return undefined;
    const made = [...scripts].map(([file, { script, ...rest }]) => [
      file,
      { ...rest, code: script.createCachedData() },
    ]);
    const searched = [...resolutions].flatMap(([key, file]) => [dirname(resolve(...key.split('\0'))), dirname(file)]);
    const folders = [...new Set(searched)].map((folder) => ({ folder, state: stateOf(folder) }));
    const others = [...kept.files].filter(([file]) => stateOf(file));
    return { files: new Map([...others, ...made]), folders, resolutions };
  }
  return { name, resolutions, run, changed };
}
