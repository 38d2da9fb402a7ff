import { Column, Entity, OneToOne, PrimaryGeneratedColumn } from 'typeorm';
import { User } from './User';

@Entity()
export class Profile {
  @PrimaryGeneratedColumn()
  id: number;

  @Column('simple-array')
  languages: string[];

  @Column({ nullable: true })
  photo?: string;

  @OneToOne(() => User, (user) => user.profile)
  user: User;
}
