import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Command } from 'commander';
import dataSource from '../../../ormconfig';
import { runCommand } from '../../database/errors';
import { describeFindings } from './finding';
import { checkSchema } from './schema-check';

const SOURCE = join(__dirname, '../..');

// TypeORM reads tables by several queries at once on one connection, which pg warns of: nothing that its user could mend.
process.noDeprecation = true;

const program = new Command('npm run db:check')
  .description(
    'Checks entities and migrations against each other and for what is dangerous, in a database in memory: no server is needed.\n' +
      'Exits with 1 when it finds something.',
  )
  .action(check);

async function check(): Promise<void> {
  const start = performance.now();
  let found = 0;
  const results = checkSchema({
    options: dataSource.options,
    migrations: join(SOURCE, 'migrations'),
    entities: join(SOURCE, 'entities'),
  });
  for await (const { title, findings, milliseconds } of results) {
    found += findings.length;
    console.log(`${findings.length ? '✗' : '✓'} ${title} (${seconds(milliseconds)})`);
    if (findings.length) console.log(describeFindings(findings).replace(/^(?=.)/gm, '    '));
  }
  const time = seconds(performance.now() - start);
  console.log(found ? `${found} finding${found === 1 ? '' : 's'} in ${time}.` : `All is well, in ${time}.`);
  if (found) process.exitCode = 1;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

runCommand(async () => {
  await program.parseAsync();
});
