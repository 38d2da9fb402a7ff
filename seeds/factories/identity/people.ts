import { pool, type Random } from '@entity-backend/seeding';

const firstNames = pool(400, (faker) => faker.person.firstName());
const lastNames = pool(400, (faker) => faker.person.lastName());

export function firstName(random: Random): string {
  return random.pick(firstNames);
}

export function fullName(random: Random): string {
  return `${firstName(random)} ${random.pick(lastNames)}`;
}

/** `Zoë O'Connor` → `zoe.o.connor`: a name as addresses and handles spell it, in lower-case letters with a separator of your choice. */
export function spelled(name: string, separator: string): string {
  const letters = /^[a-z ]*$/i.test(name) ? name : inLetters(name);
  return letters.toLowerCase().replaceAll(' ', separator);
}

function inLetters(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z]+/gi, ' ');
}

/** The people on our side who approve replies and look after escalations. */
export const TEAM = ['ines.keller', 'tom.adeyemi', 'lucia.brandt', 'noah.fischer'] as const;
