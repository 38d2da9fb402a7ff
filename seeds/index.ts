import 'reflect-metadata';
import { entities } from '../src/entities';
import { entityFactories } from './engine/entity-factory';
import { declared } from './factories';

/**
 * Makes entities for tests, as the factories of demo data describe them:
 *
 *     const author = await factory(Author).state('PowerUser').create(dataSource);
 *     const replies = await factory(Reply).createMany(dataSource, 3, { platform: 'REDDIT' });
 *     const unsaved = factory(Task).build({ title: 'Call home' });
 */
export const factory = entityFactories(entities, declared);
