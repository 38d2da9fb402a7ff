import { template } from './template-process';

/** Removes what tests that failed have left. */
export default async function tearDown(): Promise<void> {
  await template('clean');
}
