import { Command } from 'commander';

/** A command that works with a DataSource: `-d` names its file, as TypeORM's own command line has it. */
export function dataSourceCommand(name: string): Command {
  return new Command(name)
    .requiredOption('-d, --dataSource <file>', 'the file that exports the DataSource')
    .allowExcessArguments(false);
}
