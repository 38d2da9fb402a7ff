import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import type { EntityDataSource } from '../../src/database/data-source';
import { createApplication } from '../../src/modules/application';

/** The application as it is served, and what it logs. */
export interface Served {
  application: NestExpressApplication;
  /** Lines of its log since the last look. */
  takeLog(): string[];
  /** A request in the name of a person. */
  as(userId: string): ReturnType<typeof request.agent>;
}

/** Its `close` is the data source's end too. */
export async function serve(dataSource: EntityDataSource): Promise<Served> {
  const application = await createApplication(dataSource);
  const lines: string[] = [];
  const note = (line: unknown): void => void lines.push(String(line));
  application.useLogger({ log: () => undefined, warn: note, error: note, fatal: note });
  await application.listen(0);
  return {
    application,
    takeLog: () => lines.splice(0),
    as: (userId) => request.agent(application.getHttpServer()).set('x-user-id', userId),
  };
}

/** What no caller gets to see. */
export const INNARDS = /\bat \S+ \(|node_modules|\.[tj]s:\d|SELECT |INSERT |UPDATE |relation "|constraint|stack/;
