import { IsLowercase } from 'class-validator';
import {
  Check,
  ChildEntity,
  Column,
  Entity,
  OneToMany,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
} from 'typeorm';
import {
  desc,
  Double,
  Enumeration,
  Flag,
  Index,
  Integer,
  Json,
  JsonList,
  Moment,
  Reference,
  Text,
  Texts,
  Trigger,
  triggerFunction,
  Uuid,
} from '../../../src';

export const STATES = ['new', 'known', 'gone'] as const;
const COUNTRIES = ['at', 'de'] as const;
const COLOURS = ['black', "fox's red"] as const;

const touch = triggerFunction({ name: 'touch', comment: 'Does nothing.', body: 'BEGIN RETURN NEW; END' });

/** What every row has. */
@Index(['keptState'])
export abstract class Kept {
  @PrimaryGeneratedColumn('uuid') id: string;

  /** How well it is known. */
  @Enumeration(STATES, { default: 'new' }) keptState: (typeof STATES)[number];

  /** Until when it is kept; null: for ever. */
  @Moment({ nullable: true }) keptUntil: Date | null;
}

/** Where something is. */
@Index(['homeCountry', 'zipCode'])
export class Address {
  /** Four digits. */
  @Text({ pattern: /^\d{4}$/ }) zipCode: string;

  @Enumeration(COUNTRIES) homeCountry: (typeof COUNTRIES)[number];

  @Integer({ min: 1, nullable: true }) houseNumber: number | null;
}

/** How to reach somebody, and who else is there. */
@Index('idx_contact_mail', ['mailBox', desc('calledAt')])
export class Contact {
  @Text({ length: 20, notEmpty: true }) mailBox: string;

  @Moment({ default: () => 'now()' }) calledAt: Date;

  /** Who stands in for them. */
  @Reference(() => Person, { nullable: true, onDelete: 'SET NULL' }) deputy: Relation<Person> | null;
  deputyId: string | null;
}

/** Who keeps animals. */
@Entity('persons')
@Index('idx_persons_home_zip', ['home.zipCode'])
export class Person extends Kept {
  /** What they are called. */
  @Text({ min: 2, max: 9, pattern: /^[a-z']+$/i, unique: true }) fullName: string;

  @Column(() => Address) home: Address;
  @Column(() => Address, { prefix: 'office' }) work: Address;
  @Column(() => Contact) contact: Contact;

  @IsLowercase()
  @Check(`"motto" = lower("motto")`)
  @Text({ nullable: true, name: 'motto' })
  favouriteMotto: string | null;

  @Flag({ default: false, index: true }) isMember: boolean;

  @Moment({ nullable: true, requiredIf: (person: Person) => person.isMember }) joinedAt: Date | null;

  @Texts({ min: 1, max: 3 }) nickNames: string[];

  @Json({ default: {} }) cardData: Record<string, unknown>;

  @JsonList({ default: [] }) pastVisits: unknown[];

  @Integer({ type: 'smallint', min: -1, max: 1, default: 0 }) trustLevel: number;

  @Double({ min: 0, default: 0.5 }) creditLimit: number;

  @Uuid({ nullable: true, index: 'idx_persons_badge', select: false }) badgeId: string | null;

  @OneToMany(() => Animal, (animal) => animal.keeper) animals: Relation<Animal>[];
}

/** Who lives in the kennel. */
@Entity('animals')
@TableInheritance({ column: { type: 'varchar', name: 'species' } })
@Index('idx_animals_call_name', ['callName'])
@Trigger({ name: 'touch', timing: 'BEFORE', events: ['UPDATE'], execute: touch })
export class Animal extends Kept {
  @Text({ min: 2 }) callName: string;

  /** Who keeps it. */
  @Reference(() => Person, { inverse: 'animals', onDelete: 'CASCADE' }) keeper: Relation<Person>;
  keeperId: string;
}

@ChildEntity()
@Index('idx_dogs_loudness', ['barkLoudness'])
export class Dog extends Animal {
  @Integer({ min: 0, max: 9 }) barkLoudness: number;
}

@ChildEntity()
export class Cat extends Animal {
  @Enumeration(COLOURS) furColour: (typeof COLOURS)[number];
}

/** The one collar of an animal. */
@Entity('collars')
export class Collar {
  @Reference(() => Animal, { primary: true, onDelete: 'CASCADE' }) animal: Relation<Animal>;
  animalId: string;
}

/** Its key is a serial number, as in other projects. */
@Entity('breeds')
export class Breed {
  @PrimaryGeneratedColumn() id: number;
}

/** Who was born together. */
@Entity('litters')
export class Litter {
  @PrimaryGeneratedColumn() id: number;

  @Reference(() => Breed, { key: 'integer', nullable: true, index: false }) origin: Relation<Breed> | null;
  originId: number | null;

  @Reference(() => Breed, { key: 'integer', unique: true, name: 'kind_of' }) breed: Relation<Breed>;
  breedId: number;
}

export const KENNEL = [Person, Animal, Dog, Cat, Collar, Breed, Litter];
