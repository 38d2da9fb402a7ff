import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { EntityDataSource } from '../database/data-source';
import { PROJECT } from '../database/project';
import { USER_ID_HEADER } from '../http/identity/gateway-user.guard';
import { ApplicationModule } from './application.module';

/** The maximum size of a request body. Bytes. */
export const MAX_BODY_BYTES = 100 * 1024;

/** Creates the HTTP application. It does not listen yet; `close` also closes the data source. */
export async function createApplication(dataSource: EntityDataSource): Promise<NestExpressApplication> {
  const application = await NestFactory.create<NestExpressApplication>(ApplicationModule.on(dataSource), {
    logger: ['warn', 'error', 'fatal'],
    abortOnError: false,
    bodyParser: false,
  });
  application.useBodyParser('json', { limit: MAX_BODY_BYTES });
  application.disable('x-powered-by');
  serveDocumentation(application);
  return application;
}

/** GET /docs for people, GET /docs-json for programs. */
function serveDocumentation(application: NestExpressApplication): void {
  const document = new DocumentBuilder()
    .setTitle(PROJECT.name)
    .setDescription(
      `${PROJECT.description}. The ${USER_ID_HEADER} header identifies the user; a gateway in front of the service sets it.`,
    )
    .addSecurity(USER_ID_HEADER, { type: 'apiKey', in: 'header', name: USER_ID_HEADER })
    .build();
  SwaggerModule.setup('docs', application, () => SwaggerModule.createDocument(application, document));
}
