import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { EntityDataSource } from '../database/data-source';
import { PROJECT } from '../database/project';
import { USER_ID_HEADER } from '../http/identity/gateway-user.guard';
import { ApplicationModule } from './application.module';

/** The largest body of a request, in bytes. */
export const MAX_BODY_BYTES = 100 * 1024;

/** The HTTP application, which does not listen yet; its `close` closes the data source too. */
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
      `${PROJECT.description}. Who a request is from is said by a gateway in front, in the header ${USER_ID_HEADER}.`,
    )
    .addSecurity(USER_ID_HEADER, { type: 'apiKey', in: 'header', name: USER_ID_HEADER })
    .build();
  SwaggerModule.setup('docs', application, () => SwaggerModule.createDocument(application, document));
}
