import { Command } from 'commander';

// Imported first, so that --help does not wait for NestJS and the entities to load.
new Command('npm start')
  .description('Serves the application on PORT until Ctrl-C, on DATABASE_URL or the embedded database.')
  .allowExcessArguments(false)
  .parse();
