// Checks the rules of imports alone: of the files in the JSON on the standard input, { file, code }, and of the whole tree.
// Jest can't load the configuration of ESLint itself, which is an ES module.
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';

const RULES = ['no-restricted-imports', 'no-restricted-syntax'];
const eslint = new ESLint({
  ruleFilter: ({ ruleId }) => RULES.includes(ruleId),
  // These rules need no types, and the files of the test are not there.
  overrideConfig: { files: ['**/*.ts'], languageOptions: { parserOptions: { projectService: false } } },
});
const messages = (results) => results.flatMap((result) => result.messages.map(({ message }) => message));

const files = [];
for (const { file, code } of JSON.parse(await text(process.stdin)))
  files.push(messages(await eslint.lintText(code, { filePath: file })));
const tree = messages(await eslint.lintFiles(['src', 'seeds', 'packages', 'ormconfig.ts']));
console.log(JSON.stringify({ files, tree }));
