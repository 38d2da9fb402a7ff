import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder: where package.json is, seen from src/database and from dist/src/database. */
export const ROOT = ['../..', '../../..']
  .map((up) => join(__dirname, up))
  .find((folder) => existsSync(join(folder, 'package.json')))!;

/** What package.json says of the project: its name is that of the API and of the database's connections. */
export const PROJECT = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  readonly name: string;
  readonly description: string;
};
