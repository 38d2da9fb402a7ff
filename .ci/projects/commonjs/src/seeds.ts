import { defineFactory, perParent, perScale } from '@entity-backend/seeding';
import { City } from './entity/City';
import { Country } from './entity/Country';

const countries = ['Chile', 'Ghana', 'Nepal'];

export const factories = [
  defineFactory(Country, perScale(3), { name: ({ index }) => `${countries[index % 3]} ${index}` }),
  defineFactory(City, perParent('country', [2, 1]), {
    name: (city, random) => `${random.pick(['North', 'South'])} of ${city.country.name}`,
  }),
];
