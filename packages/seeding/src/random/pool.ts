import type { Faker } from '@faker-js/faker';
import { faker } from '@faker-js/faker/locale/en';
import type { List } from './random';

/**
 * So many values that @faker-js/faker makes once, when the first is asked for. A pool is the same for every seed of the
 * command; which of its values a row takes is not. A value picked from a pool costs a fraction of one made by faker.
 *
 *     const sentences = pool(500, (faker) => faker.lorem.sentence());
 */
export function pool<T>(length: number, make: (faker: Faker) => T): List<T> {
  let values: T[] | undefined;
  return {
    length,
    at(index) {
      values ??= fill(length, make);
      return values.at(index);
    },
  };
}

function fill<T>(length: number, make: (faker: Faker) => T): T[] {
  faker.seed(length);
  return Array.from({ length }, () => make(faker));
}
