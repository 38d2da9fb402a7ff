/** A process that uses a data directory until its input ends: `node user-process.ts <directory>`. It prints the URL. */
import { openEmbedded } from '../src';

async function main(directory: string): Promise<void> {
  const database = await openEmbedded({ directory, port: 0 });
  process.stdin.resume().on('end', () => void database.close());
  console.log(database.url);
}

void main(process.argv[2]);
