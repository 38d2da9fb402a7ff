import { Column, Entity, Index, ManyToMany, ManyToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { Album } from './Album.js';
import { User } from './User.js';

@Entity()
export class Photo {
  @PrimaryGeneratedColumn()
  id: number;

  @Index()
  @Column({ length: 100 })
  name: string;

  @Column('double precision')
  views: number;

  @ManyToOne(() => User, (user) => user.photos, { onDelete: 'CASCADE' })
  user: Relation<User>;

  @ManyToMany(() => Album, (album) => album.photos)
  albums: Album[];
}
