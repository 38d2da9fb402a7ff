import {
  IsBoolean,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import * as fc from 'fast-check';
import * as entities from '../../../src/entities';
import { suspectProperties } from '../../../src/http/validation/rules';

type Class = new () => object;

class Inner {
  @IsInt()
  number: unknown;
}

/** What no entity has, but one may. */
class Unusual {
  @IsString({ each: true })
  each: unknown;

  @Max(3, { each: true, message: 'too many' })
  @IsOptional()
  eachOptional: unknown;

  @Matches(/^a/, { validateIf: (_, value) => value !== 'exempt' })
  ifValue: unknown;

  @ValidateIf((row: Unusual) => row.condition === true)
  @IsInt()
  ifRow: unknown;

  @IsOptional()
  @IsBoolean()
  condition: unknown;

  @ValidateNested()
  nested: unknown;
}

class Heir extends Unusual {
  @IsBoolean()
  own: unknown;
}

const VALUES = fc.oneof(
  fc.constantFrom(undefined, null, true, false, NaN, new Date(), new Date('never'), {}, [], 'exempt', ' ', '0.5'),
  fc.string(),
  fc.uuid(),
  fc.emailAddress(),
  fc.integer(),
  fc.double(),
  fc.array(fc.oneof(fc.string(), fc.integer())),
  fc.array(fc.string()).map((texts) => new Set(texts)),
  fc.array(fc.string()).map((texts) => new Map(texts.map((text) => [text, 1]))),
  fc.object(),
  fc.constant(Object.assign(new Inner(), { number: 1 })),
  fc.constant(Object.assign(new Inner(), { number: 'one' })),
);

/** The properties of which class-validator says that they break a rule. */
function broken(row: object): string[] {
  return validateSync(row).map(({ property }) => property);
}

const PROPERTIES: [Class, string[]][] = [...Object.values(entities as unknown as Record<string, Class>), Unusual, Heir]
  .filter((type) => typeof type === 'function' && broken(new type()).some(Boolean))
  .map((type) => [type, suspectProperties(type, new Proxy({}, { get: () => Symbol('wrong') }))]);

it.each(PROPERTIES)('suspects what class-validator refuses in %p, and nothing else', (type, properties) => {
  const values = fc.record(Object.fromEntries(properties.map((property) => [property, VALUES])));
  fc.assert(
    fc.property(values, (given) => {
      const row = Object.assign(new type(), given);
      // What is nested is left to class-validator.
      const suspects = suspectProperties(type, row).filter((property) => property !== 'nested');
      expect(suspects.sort()).toEqual(
        broken(row)
          .filter((property) => property !== 'nested')
          .sort(),
      );
    }),
  );
});

it('always suspects what is nested', () => {
  expect(suspectProperties(Unusual, { each: [], ifValue: 'a', nested: new Inner() })).toEqual(['nested']);
});
