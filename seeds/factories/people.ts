import { pool } from '../engine/pool';
import type { Random } from '../engine/random';

const firstNames = pool(400, (faker) => faker.person.firstName());
const lastNames = pool(400, (faker) => faker.person.lastName());

export function firstName(random: Random): string {
  return random.pick(firstNames);
}

export function fullName(random: Random): string {
  return `${firstName(random)} ${random.pick(lastNames)}`;
}

/** How the words of names are spelled in addresses: there are few different ones. */
const spellings = new Map<string, string>();

/** `Zoë O'Connor` → `zoe.o.connor`: a name as addresses and handles spell it, in lower-case letters with a separator of your choice. */
export function spelled(name: string, separator: string): string {
  return name
    .split(' ')
    .map((word) => spelling(word).replaceAll(' ', separator))
    .join(separator);
}

function spelling(word: string): string {
  let known = spellings.get(word);
  if (known === undefined) {
    known = word
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .replace(/[^a-z]+/g, ' ');
    spellings.set(word, known);
  }
  return known;
}

/** The people on our side who approve replies and look after escalations. */
export const TEAM = ['ines.keller', 'tom.adeyemi', 'lucia.brandt', 'noah.fischer'] as const;
