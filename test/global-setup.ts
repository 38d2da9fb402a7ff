import { template } from './template-process';

/** Gives this run of jest a name, and makes what its databases are clones of. */
export default async function setUp(): Promise<void> {
  process.env.TEST_RUN = `test_${Date.now()}_${process.pid}`;
  await template('make');
}
