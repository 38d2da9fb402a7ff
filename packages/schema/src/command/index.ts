import 'reflect-metadata';
import { Command } from 'commander';
import { runCommand } from '../errors';
import { checkCommand } from './check';
import { docsCommand } from './docs';
import { driftCommand } from './drift';
import { generateCommand } from './generate';
import { migrateCommand } from './migrate';

const program = new Command('entity-schema')
  .description('Migrations, checks and documentation from the entities of a TypeORM DataSource.')
  .addCommand(generateCommand())
  .addCommand(migrateCommand())
  .addCommand(checkCommand())
  .addCommand(driftCommand())
  .addCommand(docsCommand());

runCommand(async () => {
  await program.parseAsync();
});
