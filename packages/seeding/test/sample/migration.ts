import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sample's tables, with all that a seeder meets: forced row-level security, a trigger that refuses DELETE, indexes of many kinds. */
export class Sample1767225600000 implements MigrationInterface {
  readonly name = 'Sample1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS vector;
      CREATE TABLE users (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_users PRIMARY KEY,
        email varchar(255) NOT NULL CONSTRAINT uq_users_email UNIQUE,
        name text,
        created_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE settings (
        user_id uuid NOT NULL CONSTRAINT pk_settings PRIMARY KEY CONSTRAINT fk_settings_user_id REFERENCES users ON DELETE CASCADE,
        choices jsonb NOT NULL DEFAULT '{}'
      );
      CREATE TABLE tasks (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_tasks PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT fk_tasks_user_id REFERENCES users ON DELETE CASCADE,
        title varchar(80) NOT NULL,
        completed boolean NOT NULL DEFAULT false,
        due_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT chk_tasks_due CHECK (due_at IS NULL OR due_at >= created_at)
      );
      CREATE INDEX idx_tasks_user_id ON tasks (user_id);
      ALTER TABLE tasks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY owner ON tasks USING (coalesce(current_setting('app.user_id', true), '') IN ('', user_id::text));
      CREATE TABLE authors (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_authors PRIMARY KEY,
        platform text NOT NULL CONSTRAINT chk_authors_platform CHECK (platform IN ('TWITTER', 'REDDIT')),
        platform_id varchar(40) NOT NULL,
        handle text NOT NULL,
        followers integer NOT NULL DEFAULT 0 CONSTRAINT chk_authors_followers CHECK (followers >= 0),
        CONSTRAINT uq_authors_platform_platform_id UNIQUE (platform, platform_id)
      );
      CREATE TABLE posts (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_posts PRIMARY KEY,
        platform text NOT NULL CONSTRAINT chk_posts_platform CHECK (platform IN ('TWITTER', 'REDDIT')),
        platform_post_id varchar(40) NOT NULL,
        author_id uuid NOT NULL CONSTRAINT fk_posts_author_id REFERENCES authors ON DELETE CASCADE,
        content text NOT NULL,
        keywords text[] NOT NULL DEFAULT '{}',
        detected_at timestamptz NOT NULL,
        processed_at timestamptz,
        meaning vector(3) NOT NULL,
        CONSTRAINT uq_posts_platform_platform_post_id UNIQUE (platform, platform_post_id)
      );
      COMMENT ON CONSTRAINT uq_posts_platform_platform_post_id ON posts IS 'One a platform';
      CREATE INDEX idx_posts_author_id ON posts (author_id);
      CREATE INDEX idx_posts_waiting ON posts (detected_at DESC) WHERE processed_at IS NULL;
      CREATE INDEX idx_posts_keywords ON posts USING gin (keywords);
      CREATE INDEX idx_posts_meaning ON posts USING hnsw (meaning vector_cosine_ops);
      CREATE TABLE experiments (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_experiments PRIMARY KEY,
        name text NOT NULL CONSTRAINT uq_experiments_name UNIQUE
      );
      CREATE TABLE decisions (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_decisions PRIMARY KEY,
        post_id uuid NOT NULL CONSTRAINT fk_decisions_post_id REFERENCES posts ON DELETE CASCADE,
        experiment_id uuid CONSTRAINT fk_decisions_experiment_id REFERENCES experiments ON DELETE SET NULL,
        mode text NOT NULL,
        urgent boolean NOT NULL DEFAULT false,
        score double precision NOT NULL CONSTRAINT chk_decisions_score CHECK (score BETWEEN 0 AND 1),
        signals jsonb NOT NULL DEFAULT '{}'
      );
      CREATE INDEX idx_decisions_post_id ON decisions (post_id);
      CREATE INDEX idx_decisions_experiment_id ON decisions (experiment_id);
      CREATE TABLE replies (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_replies PRIMARY KEY,
        decision_id uuid CONSTRAINT fk_replies_decision_id REFERENCES decisions ON DELETE SET NULL,
        parent_id uuid CONSTRAINT fk_replies_parent_id REFERENCES replies ON DELETE SET NULL,
        content text NOT NULL
      );
      CREATE INDEX idx_replies_decision_id ON replies (decision_id);
      CREATE TABLE competitors (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_competitors PRIMARY KEY,
        name text NOT NULL CONSTRAINT uq_competitors_name UNIQUE
      );
      CREATE TABLE metrics (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_metrics PRIMARY KEY,
        day date NOT NULL,
        platform text NOT NULL CONSTRAINT chk_metrics_platform CHECK (platform IN ('TWITTER', 'REDDIT')),
        value numeric(10, 2) NOT NULL,
        CONSTRAINT uq_metrics_day_platform UNIQUE (day, platform)
      );
      CREATE TABLE weight_logs (
        id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT pk_weight_logs PRIMARY KEY,
        action text NOT NULL,
        valid_segments integer NOT NULL,
        total_segments integer NOT NULL,
        CONSTRAINT chk_weight_logs_segments CHECK (valid_segments <= total_segments)
      );
      CREATE FUNCTION keep_history() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF current_setting('sample.purpose', true) IS DISTINCT FROM 'reset' THEN RAISE 'history stays'; END IF;
        RETURN OLD;
      END $$;
      CREATE TRIGGER keep_history BEFORE DELETE ON weight_logs FOR EACH ROW EXECUTE FUNCTION keep_history();
    `);
  }

  async down(): Promise<void> {}
}
