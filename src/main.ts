import { once } from 'node:events';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Command } from 'commander';
import dataSource from '../ormconfig';
import { migrate, runCommand, UserError, withoutPassword } from '@entity-backend/schema';
import { pendingMigrations } from './http/health/database-state';
import { USER_ID_HEADER } from './http/identity/gateway-user.guard';
import type { KnownUsers } from './http/identity/known-users';
import { createApplication } from './modules/application';
import { ApplicationModule } from './modules/application.module';

const { configuration } = dataSource;
const inProduction = configuration.nodeEnv === 'production';
const address = `http://localhost:${configuration.port}`;

/** How long requests in flight may take when the application is told to end, in ms. */
const GRACE_MS = 10_000;

/** `npm start`: the HTTP application, until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  new Command('npm start')
    .description('Serves the application on PORT until Ctrl-C, with the embedded database or that of DATABASE_URL.')
    .allowExcessArguments(false)
    .parse();
  await dataSource.initialize();
  const application = await createApplication(dataSource);
  endOnSignals(application);
  try {
    // The migrations of a server's database are its release's to run.
    if (configuration.embedded && !inProduction) await migrate(dataSource);
    await listen(application);
    console.log(`Listening: ${address}/health tells the state, ${address}/docs the API.`);
    console.log(`Database: ${withoutPassword(dataSource.url)}`);
    console.log(`Next: ${await nextStep(application.get(ApplicationModule).users)}`);
  } catch (error) {
    await application.close();
    throw error;
  }
}

async function listen(application: NestExpressApplication): Promise<void> {
  // Nest's own listen prints the error besides.
  await application.init();
  const server = application.getHttpServer().listen(configuration.port);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${configuration.port} is taken: end what listens there, or set PORT to another one.`;
    throw new UserError(message, { cause: error });
  }
}

/** Finishes the requests in flight, closes the pool and ends. */
function endOnSignals(application: NestExpressApplication): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      setTimeout(cutOff, GRACE_MS).unref();
      runCommand(() => application.close());
    });
}

/** Ends without waiting any more: the pool would wait for a statement as long as that takes. */
function cutOff(): void {
  console.error(
    `Requests were still running after ${GRACE_MS / 1000} s: they are cut off, and their transactions undone.`,
  );
  process.exit(1);
}

async function nextStep(users: KnownUsers | undefined): Promise<string> {
  const pending = (await pendingMigrations(dataSource)) ?? [];
  if (pending.length > 0) return `"npm run migrate" runs the migrations that are pending: ${pending.join(', ')}.`;
  if (inProduction)
    return configuration.trustUserIdHeader
      ? `let nothing reach this port but the gateway that sets ${USER_ID_HEADER}.`
      : `TRUST_USER_ID_HEADER=true, once a gateway in front sets ${USER_ID_HEADER}; until then requests of persons are refused.`;
  const user = users ? await users.any() : 'any UUID';
  return user
    ? `open ${address}/docs and authorize there with the ${USER_ID_HEADER} ${user}.`
    : '"npm run seed" fills the database with demo data.';
}

runCommand(main);
