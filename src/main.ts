import './command-line';
import { once } from 'node:events';
import type { NestExpressApplication } from '@nestjs/platform-express';
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

/** How long requests in flight may take after a stop signal. Milliseconds. */
const GRACE_MS = 10_000;

/** `npm start`: the HTTP application, until SIGTERM or SIGINT. */
async function main(): Promise<void> {
  await dataSource.initialize();
  const application = await createApplication(dataSource);
  endOnSignals(application);
  try {
    // On a server, migrations are part of the release.
    if (configuration.embedded && !inProduction) await migrate(dataSource);
    await listen(application);
    console.log(`Listening: ${address}/health shows the status, ${address}/docs the API.`);
    console.log(`Database: ${withoutPassword(dataSource.url)}`);
    console.log(`Next: ${await nextStep(application.get(ApplicationModule).users)}`);
  } catch (error) {
    await application.close();
    throw error;
  }
}

async function listen(application: NestExpressApplication): Promise<void> {
  // Nest's own listen would also print the error.
  await application.init();
  const server = application.getHttpServer().listen(configuration.port);
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const message = `Port ${configuration.port} is already in use: stop the process that uses it, or set PORT to another port.`;
    throw new UserError(message, { cause: error });
  }
}

/** On a stop signal, finishes the requests in flight, closes the pool and exits. */
function endOnSignals(application: NestExpressApplication): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      setTimeout(cutOff, GRACE_MS).unref();
      runCommand(() => application.close());
    });
}

/** Exits at once: closing the pool would wait for running statements. */
function cutOff(): void {
  console.error(
    `Requests were still running after ${GRACE_MS / 1000} s. They are aborted, and their transactions are rolled back.`,
  );
  process.exit(1);
}

async function nextStep(users: KnownUsers | undefined): Promise<string> {
  const pending = (await pendingMigrations(dataSource)) ?? [];
  if (pending.length > 0) return `run "npm run migrate": these migrations are pending: ${pending.join(', ')}.`;
  if (inProduction)
    return configuration.trustUserIdHeader
      ? `make sure that only the gateway that sets ${USER_ID_HEADER} can reach this port.`
      : `set TRUST_USER_ID_HEADER=true behind a gateway that sets ${USER_ID_HEADER}; until then requests that need a user get a 401.`;
  const user = users ? await users.any() : 'any UUID';
  return user
    ? `open ${address}/docs and authorize there with the ${USER_ID_HEADER} ${user}.`
    : '"npm run seed" fills the database with demo data.';
}

runCommand(main);
