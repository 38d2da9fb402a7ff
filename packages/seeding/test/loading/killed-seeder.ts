import { seed } from '../../src/loading/seeder';
import dataSource from '../sample/data-source';
import { factories } from '../sample/seeds';

/** A seeder that kills itself when it hears of this. */
const moment = process.argv[2];

void (async () => {
  await dataSource.initialize();
  const options = { seed: 42, scale: 250, only: ['decisions'], referenceDate: new Date('2026-01-01T12:00:00Z') };
  await seed(dataSource, factories, options, (what) => {
    if (what === moment) process.kill(process.pid, 'SIGKILL');
  });
})();
