import 'reflect-metadata';
import dataSource from '../../ormconfig';
import { seed } from '../../packages/seeding/src/seeder';
import { factories } from '../../seeds/factories';

/** A seeder that kills itself when it hears of this. */
const moment = process.argv[2];

void (async () => {
  await dataSource.initialize();
  const options = { seed: 42, scale: 50, only: ['decisions'], referenceDate: new Date('2026-01-01T12:00:00Z') };
  await seed(dataSource, factories, options, (what) => {
    if (what === moment) process.kill(process.pid, 'SIGKILL');
  });
})();
