import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { driftOf } from '../checks/database-drift';
import { urlOf, withoutPassword } from '../database-url';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';

export function driftCommand(): Command {
  return dataSourceCommand('drift')
    .description(
      'Tells how the connected database differs from what its applied migrations say, and prints the SQL that would mend it.\n' +
        'Changes nothing. Exits with 1 when there is a difference.',
    )
    .action(async (flags: { dataSource: string }) => drift(await loadDataSource(flags.dataSource)));
}

async function drift(dataSource: DataSource): Promise<void> {
  await dataSource.initialize();
  try {
    const database = withoutPassword(urlOf(dataSource));
    const differences = await driftOf(dataSource);
    if (!differences.length) {
      console.log(`-- No drift: ${database} is as its migrations say.`);
      return;
    }
    console.log(`-- ${database} is not as its migrations say. This would mend it; read it first:`);
    for (const { summary, statements } of differences) {
      console.log(['', `-- ${summary}`, ...statements.map((sql) => `${sql};`)].join('\n'));
    }
    process.exitCode = 1;
  } finally {
    await dataSource.destroy();
  }
}
