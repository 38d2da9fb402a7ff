import { desc, Index } from '@entity-backend/schema';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Country } from './Country.js';

@Entity('cities')
@Index('cities_of_country', ['countryId', desc('foundedAt')])
export class City {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column('uuid')
  countryId: string;

  @ManyToOne(() => Country, (country) => country.cities)
  @JoinColumn({ name: 'countryId' })
  country: Relation<Country>;

  @Column('varchar', { length: 80 })
  name: string;

  @Column('timestamptz')
  foundedAt: Date;
}
