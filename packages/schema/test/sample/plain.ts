/* Entities as TypeORM's documentation writes them: its own decorators, names and types, and no doc comments. */
/* eslint typeorm-typescript/enforce-column-types: off, typeorm-typescript/enforce-relation-types: off -- the documentation's do not match */
import {
  Column,
  CreateDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  JoinColumn,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';

@Entity()
export class Profile {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  gender: string;

  @Column({ nullable: true })
  photoUrl: string;
}

@Entity()
export class User {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ unique: true })
  firstName: string;

  @Column({ type: 'enum', enum: ['admin', 'editor', 'ghost'], default: 'ghost' })
  role: 'admin' | 'editor' | 'ghost';

  @Column({ default: true })
  isActive: boolean;

  @OneToOne(() => Profile)
  @JoinColumn()
  profile: Relation<Profile>;

  @OneToMany(() => Photo, (photo) => photo.user)
  photos: Relation<Photo>[];
}

@Entity()
export class Photo {
  @PrimaryGeneratedColumn('uuid')
  id: string;

  @Column({ length: 100 })
  name: string;

  @Column('text')
  description: string;

  @Column()
  views: number;

  @Column({ type: 'simple-json', nullable: true })
  meta: object;

  @Column()
  status: string;

  @CreateDateColumn()
  createdAt: Date;

  @ManyToOne(() => User, (user) => user.photos, { onDelete: 'CASCADE' })
  user: Relation<User>;

  @ManyToMany(() => Album, (album) => album.photos)
  @JoinTable()
  albums: Relation<Album>[];
}

@Entity()
export class Album {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  name: string;

  @ManyToMany(() => Photo, (photo) => photo.albums)
  photos: Relation<Photo>[];
}

export const plainEntities = [User, Profile, Photo, Album];
