import 'reflect-metadata';
import { validateSync } from 'class-validator';
import type { Relation } from 'typeorm';
import { Flag, Integer, Reference, Text } from '../../src';
import { Dog, Litter, Person } from './entities/kennel';

describe('the validator', () => {
  const valid = {
    keptState: 'new',
    fullName: 'Ann',
    nickNames: ['A'],
    isMember: true,
    joinedAt: new Date(),
    cardData: {},
    pastVisits: [],
    trustLevel: 0,
    creditLimit: 0,
  };
  const wrong = (entity: new () => object, values: object): string[] =>
    validateSync(Object.assign(new entity(), values)).map(({ property }) => property);

  test('takes a row that is right, and one without what has a default or may be null', () => {
    expect(wrong(Person, valid)).toEqual([]);
    expect(wrong(Person, { fullName: 'Ann', nickNames: ['A'] })).toEqual([]);
  });

  test.each([
    ['keptState', ['lost', 1, null]],
    ['keptUntil', ['2026-01-01', new Date('nonsense')]],
    ['fullName', ['a', 'abcdefghij', 'no 1', 1, null, undefined]],
    ['favouriteMotto', [1, 'Loud']],
    ['isMember', ['yes', 1, null]],
    ['joinedAt', [null, undefined]],
    ['nickNames', [[], ['a', 'b', 'c', 'd'], [1], 'a', null]],
    ['cardData', ['text', [], null]],
    ['pastVisits', ['text', {}, null]],
    ['trustLevel', [-2, 2, 0.5, '0', null]],
    ['creditLimit', [-0.1, '0', NaN, null]],
    ['badgeId', ['nonsense', 1]],
  ])('refuses of %s: %j', (property, values) => {
    for (const value of values)
      expect([value, wrong(Person, { ...valid, [property]: value })]).toEqual([value, [property]]);
  });

  test('asks for what is required in some rows alone', () => {
    expect(wrong(Person, { ...valid, isMember: false, joinedAt: null })).toEqual([]);
  });

  test('knows the keys by their type', () => {
    const dog = { keptState: 'new', callName: 'Rex', barkLoudness: 1 };
    expect(wrong(Dog, { ...dog, keeperId: '5c4ccf1c-6b0e-4b1a-8a5d-0d6f4b6e3c11' })).toEqual([]);
    expect(wrong(Dog, { ...dog, keeperId: 'nonsense' })).toEqual(['keeperId']);
    expect(wrong(Dog, dog)).toEqual(['keeperId']);
    expect(wrong(Litter, { originId: null, breedId: 1 })).toEqual([]);
    expect(wrong(Litter, { originId: 'one', breedId: 1.5 })).toEqual(['originId', 'breedId']);
  });
});

test('a project without class-validator has the columns alone', () => {
  jest.isolateModules(() => {
    jest.doMock('../../src/optional-package', () => ({ optionalPackage: () => undefined }));
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the modules anew, without the package
    const language = require('../../src/language/columns') as typeof import('../../src/language/columns');
    class Row {
      text: string;
    }
    language.Text({ length: 9, default: 'a' })(Row.prototype, 'text');
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- the TypeORM that these modules have
    const storage = (require('typeorm') as typeof import('typeorm')).getMetadataArgsStorage();
    expect(storage.columns.at(-1)).toMatchObject({
      target: Row,
      options: { type: 'varchar', length: 9, default: 'a' },
    });
  });
  jest.dontMock('../../src/optional-package');
});

describe('the compiler', () => {
  class Row {
    text: string;
    mayBeNull: string | null;
    count: number;
    parent: Relation<Person>;
    parentId: string;
    friend: Relation<Person>;
  }
  const row = Row.prototype;

  // tsc fails on an @ts-expect-error that expects nothing.
  test('refuses a property of another type, or with another idea of null', () => {
    // @ts-expect-error a number is no text
    Text()(row, 'count');
    // @ts-expect-error a text is no number
    Integer()(row, 'text');
    // @ts-expect-error the property may be null, the column not
    Text()(row, 'mayBeNull');
    // @ts-expect-error the column may be null, the property not
    Text({ nullable: true })(row, 'text');
    // @ts-expect-error a default of another type
    Flag({ default: 'yes' });
  });

  test('refuses a reference without its key, with a key of another type, an inverse that there is not, SET NULL without null', () => {
    // @ts-expect-error there is no friendId
    Reference(() => Person)(row, 'friend');
    // @ts-expect-error the key is a text
    Reference(() => Person, { key: 'integer' })(row, 'parent');
    // @ts-expect-error no such property
    Reference(() => Person, { inverse: 'nosuch' });
    // @ts-expect-error the key can't be null
    Reference(() => Person, { onDelete: 'SET NULL' });
  });
});
