import { IsEmail, IsIn, IsLowercase, Length } from 'class-validator';
import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import { Enumeration, RowLevelSecurity } from '@entity-backend/schema';

/** A table with a key of its own. */
abstract class Keyed {
  @PrimaryGeneratedColumn('uuid')
  id: string;
}

@Entity('users')
export class User extends Keyed {
  @IsEmail()
  @IsLowercase()
  @Column({ type: 'varchar', length: 255, unique: true })
  email: string;

  @Column({ type: 'text', nullable: true })
  name: string | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @OneToMany(() => Task, (task) => task.user)
  tasks: Relation<Task>[];

  @OneToOne(() => Settings, (settings) => settings.user)
  settings: Relation<Settings> | null;
}

/** Its key is that of the user. */
@Entity('settings')
export class Settings {
  @Column({ type: 'uuid', primary: true })
  userId: string;

  @OneToOne(() => User, (user) => user.settings, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  @Column({ type: 'jsonb', default: {} })
  choices: Record<string, unknown>;
}

/** Rows have an owner, and row-level security is forced. */
@Entity('tasks')
@RowLevelSecurity()
@Check('chk_tasks_due', '"due_at" IS NULL OR "due_at" >= "created_at"')
export class Task extends Keyed {
  @Column({ type: 'uuid' })
  userId: string;

  @ManyToOne(() => User, (user) => user.tasks, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user: Relation<User>;

  @Length(1, 80)
  @Column({ type: 'varchar', length: 80 })
  title: string;

  @Column({ type: 'boolean', default: false })
  completed: boolean;

  @Column({ type: 'timestamptz', nullable: true })
  dueAt: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;
}

export const PLATFORMS = ['TWITTER', 'REDDIT'] as const;

@Entity('authors')
@Unique(['platform', 'platformId'])
export class Author extends Keyed {
  @Enumeration(PLATFORMS)
  platform: (typeof PLATFORMS)[number];

  @Column({ type: 'varchar', length: 40 })
  platformId: string;

  @Column({ type: 'text' })
  handle: string;

  @Check('"followers" >= 0')
  @Column({ type: 'integer', default: 0 })
  followers: number;

  @OneToMany(() => Post, (post) => post.author)
  posts: Relation<Post>[];
}

@Entity('posts')
@Unique(['platform', 'platformPostId'])
export class Post extends Keyed {
  @Enumeration(PLATFORMS)
  platform: (typeof PLATFORMS)[number];

  @Column({ type: 'varchar', length: 40 })
  platformPostId: string;

  @Column({ type: 'uuid' })
  authorId: string;

  @ManyToOne(() => Author, (author) => author.posts, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'author_id' })
  author: Relation<Author>;

  @Column({ type: 'text' })
  content: string;

  @Column({ type: 'text', array: true, default: [] })
  keywords: string[];

  @Column({ type: 'timestamptz' })
  detectedAt: Date;

  @Column({ type: 'timestamptz', nullable: true })
  processedAt: Date | null;

  @OneToMany(() => Decision, (decision) => decision.post)
  decisions: Relation<Decision>[];

  /** Its meaning, of three dimensions. */
  @Column({ type: 'vector', length: 3 })
  meaning: number[];
}

@Entity('experiments')
export class Experiment extends Keyed {
  @Column({ type: 'text', unique: true })
  name: string;
}

@Entity('decisions')
export class Decision extends Keyed {
  @Column({ type: 'uuid' })
  postId: string;

  @ManyToOne(() => Post, (post) => post.decisions, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'post_id' })
  post: Relation<Post>;

  @Column({ type: 'uuid', nullable: true })
  experimentId: string | null;

  @ManyToOne(() => Experiment, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'experiment_id' })
  experiment: Relation<Experiment> | null;

  @IsIn(['ANSWER', 'IGNORE'])
  @Column({ type: 'text' })
  mode: string;

  @Column({ type: 'boolean', default: false })
  urgent: boolean;

  @Check('"score" BETWEEN 0 AND 1')
  @Column({ type: 'double precision' })
  score: number;

  @Column({ type: 'jsonb', default: {} })
  signals: Record<string, unknown>;
}

/** What is said to a decision, or to what has been said. */
@Entity('replies')
export class Reply extends Keyed {
  @Column({ type: 'uuid', nullable: true })
  decisionId: string | null;

  @ManyToOne(() => Decision, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'decision_id' })
  decision: Relation<Decision> | null;

  @Column({ type: 'uuid', nullable: true })
  parentId: string | null;

  @ManyToOne(() => Reply, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'parent_id' })
  parent: Relation<Reply> | null;

  @Column({ type: 'text' })
  content: string;
}

/** There are so many names and no more. */
@Entity('competitors')
export class Competitor extends Keyed {
  @Column({ type: 'text', unique: true })
  name: string;
}

/** One a day and platform. */
@Entity('metrics')
@Unique(['day', 'platform'])
export class Metric extends Keyed {
  @Column({ type: 'date' })
  day: string;

  @Enumeration(PLATFORMS)
  platform: (typeof PLATFORMS)[number];

  @Column({ type: 'numeric', precision: 10, scale: 2 })
  value: number;
}

/** History, which a trigger lets nobody delete but in a transaction that says what for. */
@Entity('weight_logs')
@Check('chk_weight_logs_segments', '"valid_segments" <= "total_segments"')
export class WeightLog extends Keyed {
  @Column({ type: 'text' })
  action: string;

  @Column({ type: 'integer' })
  validSegments: number;

  @Column({ type: 'integer' })
  totalSegments: number;
}

export const entities = [
  User,
  Settings,
  Task,
  Author,
  Post,
  Experiment,
  Decision,
  Reply,
  Competitor,
  Metric,
  WeightLog,
];
