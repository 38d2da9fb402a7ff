import { ChildEntity, Column, Entity, PrimaryGeneratedColumn, TableInheritance } from 'typeorm';

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'type' } })
export class Content {
  @PrimaryGeneratedColumn()
  id: number;

  @Column()
  title: string;
}

@ChildEntity()
export class Post extends Content {
  @Column()
  viewCount: number;
}

@ChildEntity()
export class Question extends Content {
  @Column()
  answersCount: number;
}
