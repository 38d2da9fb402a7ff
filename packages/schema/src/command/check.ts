import { performance } from 'node:perf_hooks';
import type { Command } from 'commander';
import type { DataSource } from 'typeorm';
import { settingsOf } from '../settings';
import { loadDataSource } from '../load-data-source';
import { dataSourceCommand } from './data-source';
import { needs } from './needs';

// TypeORM reads tables by several queries at once on one connection, which pg warns of: nothing that its user could mend.
process.noDeprecation = true;

export function checkCommand(): Command {
  return dataSourceCommand('check')
    .description(
      'Checks entities and migrations against each other and for what is dangerous, in a database in memory: no server is needed.\n' +
        'Exits with 1 when it finds something.',
    )
    .action(async (flags: { dataSource: string }) => {
      needs('entity-schema check', '@entity-backend/embedded-postgres');
      await check(await loadDataSource(flags.dataSource));
    });
}

async function check(dataSource: DataSource): Promise<void> {
  // They are heavy, and made of packages that the other commands do without.
  const { checkSchema } = await import('#src/checks/schema-check');
  const { describeFindings } = await import('#src/checks/finding');
  const start = performance.now();
  let found = 0;
  let skipped = 0;
  const { migrations, entities, rules } = settingsOf(dataSource);
  const results = checkSchema({ options: dataSource.options, migrations, entities, rules });
  for await (const { title, findings, milliseconds, leftOut } of results) {
    if (leftOut !== undefined) {
      skipped++;
      console.log(`– ${title}: left out. ${leftOut}`);
      continue;
    }
    found += findings.length;
    console.log(`${findings.length ? '✗' : '✓'} ${title} (${seconds(milliseconds)})`);
    if (findings.length) console.log(describeFindings(findings).replace(/^(?=.)/gm, '    '));
  }
  const time = seconds(performance.now() - start);
  const checked = found ? `${found} finding${found === 1 ? '' : 's'} in ${time}.` : `All is well, in ${time}.`;
  console.log(skipped ? `${checked} Left out: ${skipped} check${skipped === 1 ? '' : 's'}.` : checked);
  if (found) process.exitCode = 1;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
