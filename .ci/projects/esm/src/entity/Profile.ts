import { Column, Entity, OneToOne, PrimaryGeneratedColumn, type Relation } from 'typeorm';
import { User } from './User.js';

@Entity()
export class Profile {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('simple-array')
  languages: string[];

  @Column({ nullable: true })
  photo?: string;

  @OneToOne(() => User, (user) => user.profile)
  user: Relation<User>;
}
