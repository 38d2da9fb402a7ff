import { Command } from 'commander';
import dataSource from '../../../ormconfig';
import { withoutPassword } from '../../database/configuration';
import { runCommand } from '../../database/errors';
import { driftOf } from './database-drift';

const program = new Command('npm run db:drift')
  .description(
    'Tells how the connected database differs from what its applied migrations say, and prints the SQL that would mend it.\n' +
      'Changes nothing. Exits with 1 when there is a difference.',
  )
  .action(drift);

async function drift(): Promise<void> {
  await dataSource.initialize();
  try {
    const database = withoutPassword(dataSource.url);
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

runCommand(async () => {
  await program.parseAsync();
});
