import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type HealthCheckAttempt,
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  type HealthIndicatorResult,
  HealthIndicatorService,
} from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { describeError } from '@entity-backend/schema';
import { pendingMigrations, poolUse } from './database-state';

/** How long the database may take to answer before it counts as unreachable. Milliseconds. */
const TIMEOUT_MS = 3000;

/** Whether the application works: for load balancers, orchestrators and people. (003, AC7) */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly dataSource: DataSource,
  ) {}

  /** 200 if the database answers, 503 with the reason if not. Pending migrations alone are reported as degraded, with 200. */
  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.database(), () => this.migrations(), () => this.pool()]);
  }

  /** A simple query. `responseTime` (milliseconds) includes the wait for a connection. */
  private async database(): Promise<HealthIndicatorResult> {
    return this.ask('database', async () => {
      await this.dataSource.query('SELECT 1');
    });
  }

  private async migrations(): Promise<HealthIndicatorResult> {
    let pending: string[] | undefined;
    const result = await this.ask('migrations', async () => {
      pending = await pendingMigrations(this.dataSource);
      return pending ? { pending } : { unknown: 'The login may not read the table "migrations": grant it SELECT.' };
    });
    return pending?.length ? this.indicators.check('migrations').degraded({ pending }) : result;
  }

  private pool(): HealthIndicatorResult {
    return this.indicators.check('pool').up(poolUse(this.dataSource));
  }

  /** Asks the database, with a timeout. The error names the cause, but neither address nor login. */
  private ask(key: string, question: () => Promise<Record<string, unknown> | void>): HealthCheckAttempt {
    return this.indicators
      .check(key)
      .attempt(() =>
        question().catch((error: unknown) => {
          throw new Error(describeError(error), { cause: error });
        }),
      )
      .withTimeout(TIMEOUT_MS);
  }
}
