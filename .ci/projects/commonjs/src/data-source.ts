import 'reflect-metadata';
import { DataSource } from 'typeorm';
import { Album } from './entity/Album';
import { City } from './entity/City';
import { Content, Post, Question } from './entity/Content';
import { Country } from './entity/Country';
import { Photo } from './entity/Photo';
import { Profile } from './entity/Profile';
import { User } from './entity/User';

export const AppDataSource = new DataSource({
  type: 'postgres',
  url: process.env.DATABASE_URL,
  synchronize: false,
  logging: false,
  entities: [User, Profile, Photo, Album, Content, Post, Question, Country, City],
  migrations: [__dirname + '/migration/*.{ts,js}'],
});
