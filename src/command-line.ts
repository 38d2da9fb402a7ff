import { Command } from 'commander';

// Imported before all else: who asks for help need not wait for NestJS and the entities.
new Command('npm start')
  .description('Serves the application on PORT until Ctrl-C, with the embedded database or that of DATABASE_URL.')
  .allowExcessArguments(false)
  .parse();
