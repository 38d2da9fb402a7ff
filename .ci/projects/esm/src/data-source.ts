import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Album } from './entity/Album.js';
import { City } from './entity/City.js';
import { Content, Post, Question } from './entity/Content.js';
import { Country } from './entity/Country.js';
import { Photo } from './entity/Photo.js';
import { Profile } from './entity/Profile.js';
import { User } from './entity/User.js';

export const AppDataSource = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  synchronize: false,
  logging: false,
  entities: [User, Profile, Photo, Album, Content, Post, Question, Country, City],
  migrations: [import.meta.dirname + '/migration/*.{ts,js}'],
});
