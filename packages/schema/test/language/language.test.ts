import { validateSync } from 'class-validator';
import { Column, Entity, getMetadataArgsStorage, PrimaryColumn } from 'typeorm';
import { desc, Enumeration, FormerName, Grant, Index, type Role } from '../../src';
import { declarationsOf } from '../../src/language/declarations';

const reader: Role = { name: 'language_reader', comment: 'Reads.', grantedToOwner: false };

const LEVELS = ['low', 'high'] as const;

@Entity('language_notes')
@Index('idx_language_notes_first', ['level', desc('at', 'LAST')], { include: ['id'] })
@Index('idx_language_notes_second', [{ expression: 'lower(level)' }])
@Grant(reader, ['SELECT'], ['id', 'level'])
class Note {
  @PrimaryColumn({ type: 'uuid' })
  id: string;

  @Enumeration(LEVELS, { default: 'low' })
  level: (typeof LEVELS)[number];

  @Enumeration(LEVELS, { nullable: true })
  before: (typeof LEVELS)[number] | null;

  @FormerName('time')
  @Column({ type: 'timestamptz' })
  at: Date;
}

class Pinned extends Note {}

describe('declarations', () => {
  test('stand in the order of the source, and are inherited', () => {
    const kinds = declarationsOf(Note).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind !== 'check')).toEqual(['index', 'index', 'grant', 'former-name']);
    expect(declarationsOf(Pinned)).toEqual(declarationsOf(Note));
  });

  test('name properties, with their order', () => {
    expect(declarationsOf(Note)[0]).toMatchObject({
      keys: [{ property: 'level' }, { property: 'at', order: 'DESC', nulls: 'LAST' }],
      include: ['id'],
      method: 'btree',
      unique: false,
    });
  });
});

describe('an enumeration', () => {
  const note = (values: object): Note => Object.assign(new Note(), values);
  const refused = (values: object): string[] => validateSync(note(values)).map(({ property }) => property);

  test('is a text column with its values, a check and a validator', () => {
    const storage = getMetadataArgsStorage();
    const column = storage.columns.find(({ target, propertyName }) => target === Note && propertyName === 'level');
    expect(column?.options).toMatchObject({ type: 'text', enum: ['low', 'high'], default: 'low', nullable: false });
    const checks = declarationsOf(Note).filter((declaration) => declaration.kind === 'check');
    expect(checks.map(({ property, condition }) => [property, condition('"it"')])).toEqual([
      ['before', `"it" IN ('low', 'high')`],
      ['level', `"it" IN ('low', 'high')`],
    ]);
  });

  test('takes its values and no others; null where it is nullable; nothing where it has a default', () => {
    expect(refused({ level: 'high', before: 'low' })).toEqual([]);
    expect(refused({ before: null })).toEqual([]);
    expect(refused({ level: 'medium', before: '' })).toEqual(['level', 'before']);
    expect(refused({ level: null })).toEqual(['level']);
  });
});

describe('the compiler', () => {
  // tsc fails on an @ts-expect-error that expects nothing.
  test('refuses a property that the class does not have', () => {
    // @ts-expect-error no such property
    Index('idx_language_wrong', ['nosuch'])(class extends Note {});
    // @ts-expect-error no such property
    Index('idx_language_wrong', [desc('nosuch')])(class extends Note {});
    // @ts-expect-error no such property
    Index('idx_language_wrong', ['level'], { include: ['nosuch'] })(class extends Note {});
    // @ts-expect-error no such property
    Grant(reader, ['SELECT'], ['nosuch'])(class extends Note {});
    // @ts-expect-error no such statement
    Grant(reader, ['TRUNCATE'])(class extends Note {});
  });

  test("refuses a default that is none of the values, and a property that can't hold them", () => {
    // @ts-expect-error no such value
    Enumeration(LEVELS, { default: 'medium' });
    // @ts-expect-error a number is no value
    Enumeration(LEVELS)(Note.prototype as { at: number }, 'at');
  });
});
