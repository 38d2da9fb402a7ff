import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * - new extension vector
 * - role app_service: made, if the cluster does not have it
 * - role app_user: made, if the cluster does not have it
 * - new function keep_history
 * - new function keep_timestamps
 * - new function keep_until_retention
 * - audit_logs: new table
 * - authors: new table
 * - community_champions: new table
 * - competitors: new table
 * - posts: new table
 * - competitive_mentions: new table
 * - users: new table
 * - conversations: new table
 * - experiments: new table
 * - decisions: new table
 * - engagement_message_queue: new table
 * - engagement_state_transitions: new table
 * - replies: new table
 * - escalations: new table
 * - messages: new table
 * - scheduled_intents: new table
 * - intent_executions: new table
 * - kpi_metrics: new table
 * - learning_events: new table
 * - message_embeddings: new table
 * - randomized_experiments: new table
 * - segmented_weights: new table
 * - sessions: new table
 * - tasks: new table
 * - user_engagement_states: new table
 * - user_profiles: new table
 * - weight_adjustment_logs: new table
 */
export class InitialSchema1795391982648 implements MigrationInterface {
  readonly name = 'InitialSchema1795391982648';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE EXTENSION IF NOT EXISTS vector`);
    await queryRunner.query(`DO $$
BEGIN
  IF to_regrole('app_service') IS NULL THEN
    CREATE ROLE app_service NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster has just made it
END
$$`);
    await queryRunner.query(`DO $$
BEGIN
  COMMENT ON ROLE app_service IS 'The backend''s own jobs: every row of every table.';
EXCEPTION WHEN insufficient_privilege THEN
  NULL; -- the role belongs to the whole cluster, and to somebody else
END
$$`);
    await queryRunner.query(`DO $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members membership JOIN pg_roles member ON member.oid = membership.member
    WHERE membership.roleid = to_regrole('app_service') AND member.rolname = current_user
      -- Since PostgreSQL 16 who makes a role is a member that may not use it.
      AND to_jsonb(membership) ->> 'inherit_option' IS DISTINCT FROM 'false'
  ) THEN
    GRANT app_service TO CURRENT_USER;
  END IF;
EXCEPTION WHEN unique_violation THEN
  NULL; -- another database of the cluster has just done it
END
$$`);
    await queryRunner.query(`DO $$
BEGIN
  IF to_regrole('app_user') IS NULL THEN
    CREATE ROLE app_user NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster has just made it
END
$$`);
    await queryRunner.query(`DO $$
BEGIN
  COMMENT ON ROLE app_user IS 'A signed-in person: their own rows only. Who they are is the setting app.user_id of the transaction.';
EXCEPTION WHEN insufficient_privilege THEN
  NULL; -- the role belongs to the whole cluster, and to somebody else
END
$$`);
    await queryRunner.query(`CREATE OR REPLACE FUNCTION public.keep_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$DECLARE
  changeable CONSTANT pg_catalog.text[] := coalesce(TG_ARGV, '{}');
BEGIN
  IF TG_OP = 'DELETE' AND pg_catalog.pg_trigger_depth() > 1 THEN
    RETURN OLD;
  END IF;
  IF TG_OP = 'UPDATE' AND pg_catalog.to_jsonb(NEW) - changeable = pg_catalog.to_jsonb(OLD) - changeable THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% of % is refused: its rows are history', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END$function$`);
    await queryRunner.query(
      `COMMENT ON FUNCTION keep_history() IS 'Refuses UPDATE (but of the columns in its arguments) and DELETE (but by cascade) of an append-only table.'`,
    );
    await queryRunner.query(`CREATE OR REPLACE FUNCTION public.keep_timestamps()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN
  NEW.updated_at := pg_catalog.now();
  NEW.created_at := OLD.created_at;
  RETURN NEW;
END$function$`);
    await queryRunner.query(
      `COMMENT ON FUNCTION keep_timestamps() IS 'Sets updated_at to the time of the transaction and keeps created_at as it was, whoever changes the row.'`,
    );
    await queryRunner.query(`CREATE OR REPLACE FUNCTION public.keep_until_retention()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$BEGIN
  IF pg_catalog.current_setting('app.job', true) = 'retention' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'DELETE of % is refused: only the retention job deletes its rows', TG_TABLE_NAME
    USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME, CONSTRAINT = TG_NAME;
END$function$`);
    await queryRunner.query(
      `COMMENT ON FUNCTION keep_until_retention() IS 'Refuses DELETE but in a transaction that sets app.job to ''retention''.'`,
    );
    await queryRunner.query(`CREATE TABLE audit_logs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  entity_type text NOT NULL,
  entity_id uuid NOT NULL,
  action text NOT NULL,
  actor text NOT NULL,
  details_json jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_audit_logs PRIMARY KEY (id)
)`);
    await queryRunner.query(`CREATE INDEX idx_audit_logs_created_at ON audit_logs (created_at)`);
    await queryRunner.query(
      `CREATE INDEX idx_audit_logs_entity_type_entity_id_created_at ON audit_logs (entity_type, entity_id, created_at DESC)`,
    );
    await queryRunner.query(
      `CREATE TRIGGER keep_history BEFORE UPDATE ON audit_logs FOR EACH ROW EXECUTE FUNCTION keep_history()`,
    );
    await queryRunner.query(
      `CREATE TRIGGER keep_until_retention BEFORE DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION keep_until_retention()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON audit_logs TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE audit_logs IS 'Who did what to which thing, and when. Written by whatever part of the backend does it; nothing in it changes, and only the retention job deletes from it. (003) Retention: 3 years, then archived to compressed JSON, a file a year, and deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN audit_logs.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN audit_logs.entity_type IS 'What kind of thing it was done to: ''reply'', ''escalation'' …'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN audit_logs.entity_id IS 'The thing''s id. It is no foreign key: the log outlives the thing.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN audit_logs.action IS 'What was done: ''approved'', ''posted'' …'`);
    await queryRunner.query(`COMMENT ON COLUMN audit_logs.actor IS 'Who did it: a person, or a part of the backend.'`);
    await queryRunner.query(`COMMENT ON COLUMN audit_logs.details_json IS 'Whatever else there is to know about it.'`);
    await queryRunner.query(`COMMENT ON COLUMN audit_logs.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE authors (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  platform text NOT NULL,
  platform_id varchar(100) NOT NULL,
  handle varchar(50) NOT NULL,
  display_name text,
  follower_count integer NOT NULL DEFAULT 0,
  is_verified boolean NOT NULL DEFAULT false,
  is_power_user boolean NOT NULL DEFAULT false,
  power_tier text,
  archetype_tags text[] NOT NULL DEFAULT '{}',
  relationship_score double precision NOT NULL DEFAULT 0.5,
  interaction_history jsonb NOT NULL DEFAULT '[]',
  first_seen_at timestamptz NOT NULL DEFAULT now(),
  last_seen_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_authors PRIMARY KEY (id),
  CONSTRAINT uq_authors_platform_platform_id UNIQUE (platform, platform_id),
  CONSTRAINT chk_authors_follower_count CHECK (follower_count >= 0),
  CONSTRAINT chk_authors_handle CHECK (handle::text ~ '^[a-zA-Z0-9_]+$'),
  CONSTRAINT chk_authors_platform CHECK (platform IN ('TWITTER', 'REDDIT', 'THREADS')),
  CONSTRAINT chk_authors_power_tier CHECK (power_tier IN ('MICRO', 'MACRO', 'MEGA')),
  CONSTRAINT chk_authors_relationship_score CHECK (relationship_score >= 0::double precision AND relationship_score <= 1::double precision)
)`);
    await queryRunner.query(`CREATE INDEX idx_authors_is_power_user ON authors (is_power_user)`);
    await queryRunner.query(`CREATE INDEX idx_authors_platform_handle ON authors (platform, handle)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON authors FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON authors TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE authors IS 'Who posts on a platform, and how we stand with them: the memory of the relationship. Written by the listener when it first sees an account and whenever it sees it again; one row an account. (003) Retention: for ever.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN authors.platform IS 'Where the account is.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN authors.platform_id IS 'The platform''s own id of the account, which survives a change of the handle.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.handle IS 'The account''s name on the platform, without the leading at sign. It may change.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.display_name IS 'The name that the account shows; null: it shows its handle alone.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN authors.follower_count IS 'How many follow the account.'`);
    await queryRunner.query(`COMMENT ON COLUMN authors.is_verified IS 'Whether the platform vouches for the account.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN authors.is_power_user IS 'Whether the account''s reach asks for special care.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.power_tier IS 'How far the account reaches; null: it is no power user.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.archetype_tags IS 'The manners of reply that the account likes, as far as we know.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.relationship_score IS 'How we stand with the account, from 0 (hostile) over 0.5 (strangers) to 1 (friends).'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN authors.interaction_history IS 'What has happened between us, oldest first.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN authors.first_seen_at IS 'When we first saw the account.'`);
    await queryRunner.query(`COMMENT ON COLUMN authors.last_seen_at IS 'When we last saw the account.'`);
    await queryRunner.query(`COMMENT ON COLUMN authors.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN authors.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE community_champions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  author_id uuid NOT NULL,
  tier text NOT NULL,
  engagement_count integer NOT NULL DEFAULT 0,
  dm_sent_at timestamptz,
  dm_response text NOT NULL DEFAULT 'NONE',
  sample_sent boolean NOT NULL DEFAULT false,
  converted boolean NOT NULL DEFAULT false,
  advocate_status text NOT NULL DEFAULT 'CANDIDATE',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_community_champions PRIMARY KEY (id),
  CONSTRAINT uq_community_champions_author_id UNIQUE (author_id),
  CONSTRAINT chk_community_champions_advocate_status CHECK (advocate_status IN ('CANDIDATE', 'INVITED', 'ACTIVE', 'INACTIVE')),
  CONSTRAINT chk_community_champions_dm_response CHECK (dm_response IN ('NONE', 'POSITIVE', 'NEUTRAL', 'NEGATIVE')),
  CONSTRAINT chk_community_champions_engagement_count CHECK (engagement_count >= 0),
  CONSTRAINT chk_community_champions_tier CHECK (tier IN ('BRONZE', 'SILVER', 'GOLD')),
  CONSTRAINT fk_community_champions_author_id FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON community_champions FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON community_champions TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE community_champions IS 'Which authors speak for us of their own accord, and how far we have come in winning them as advocates. Written by the community team and its jobs; at most one an author. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN community_champions.author_id IS 'The author who is the champion.'`);
    await queryRunner.query(`COMMENT ON COLUMN community_champions.tier IS 'How much they do for us.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.engagement_count IS 'How often they have spoken for us.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.dm_sent_at IS 'When we wrote to them directly; null: we have not.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN community_champions.dm_response IS 'What they answered.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.sample_sent IS 'Whether a sample has been sent to them.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.converted IS 'Whether they have become a customer.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.advocate_status IS 'How far they have come as an advocate.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN community_champions.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN community_champions.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE competitors (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  category text NOT NULL,
  primary_mechanism text,
  price_point text NOT NULL,
  brand_keywords text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_competitors PRIMARY KEY (id),
  CONSTRAINT uq_competitors_name UNIQUE (name),
  CONSTRAINT chk_competitors_category CHECK (category IN ('SUPPLEMENT', 'MEDICATION', 'DEVICE', 'SERVICE', 'OTHER')),
  CONSTRAINT chk_competitors_price_point CHECK (price_point IN ('BUDGET', 'MID', 'PREMIUM'))
)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON competitors FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON competitors TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE competitors IS 'Whose products people name beside ours, and the words to know them by. Written by the marketing team. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN competitors.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN competitors.name IS 'The brand.'`);
    await queryRunner.query(`COMMENT ON COLUMN competitors.category IS 'What it sells.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN competitors.primary_mechanism IS 'What its product says it works by; null: not known.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN competitors.price_point IS 'What it costs, roughly.'`);
    await queryRunner.query(`COMMENT ON COLUMN competitors.brand_keywords IS 'The words that name it in a post.'`);
    await queryRunner.query(`COMMENT ON COLUMN competitors.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN competitors.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE posts (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  platform text NOT NULL,
  platform_post_id varchar(100) NOT NULL,
  author_id uuid NOT NULL,
  content text NOT NULL,
  detected_at timestamptz NOT NULL DEFAULT now(),
  processed_at timestamptz,
  keyword_matches text[] NOT NULL,
  keyword_categories text[] NOT NULL DEFAULT '{}',
  spam_filtered boolean NOT NULL DEFAULT false,
  raw_metrics jsonb NOT NULL DEFAULT '{}',
  error_count integer NOT NULL DEFAULT 0,
  error_message text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_posts PRIMARY KEY (id),
  CONSTRAINT uq_posts_platform_platform_post_id UNIQUE (platform, platform_post_id),
  CONSTRAINT chk_posts_content CHECK (char_length(content) >= 1 AND char_length(content) <= 5000),
  CONSTRAINT chk_posts_error_count CHECK (error_count >= 0),
  CONSTRAINT chk_posts_keyword_matches CHECK (cardinality(keyword_matches) >= 1 AND cardinality(keyword_matches) <= 50),
  CONSTRAINT chk_posts_platform CHECK (platform IN ('TWITTER', 'REDDIT', 'THREADS')),
  CONSTRAINT chk_posts_platform_post_id CHECK (platform_post_id::text ~ '^[a-zA-Z0-9_-]+$'),
  CONSTRAINT fk_posts_author_id FOREIGN KEY (author_id) REFERENCES authors (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_posts_author_id ON posts (author_id)`);
    await queryRunner.query(`CREATE INDEX idx_posts_platform_detected_at ON posts (platform, detected_at)`);
    await queryRunner.query(`CREATE INDEX idx_posts_processed_at ON posts (processed_at)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON posts TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE posts IS 'What was posted that speaks of our subject, and whether it has been dealt with. Written by the listener, one row a post. (003) Retention: 90 days after detected_at, then archived to JSON and deleted, with its decisions and mentions.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN posts.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN posts.platform IS 'Where it was posted.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.platform_post_id IS 'The platform''s own id of the post.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.author_id IS 'Who posted it.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.content IS 'What it says, 1 to 5000 characters.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN posts.detected_at IS 'When the listener found it. Retention counts from here.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN posts.processed_at IS 'When it was dealt with; null: it still waits.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.keyword_matches IS 'The keywords it was found by, 1 to 50.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.keyword_categories IS 'The categories of those keywords.'`);
    await queryRunner.query(`COMMENT ON COLUMN posts.spam_filtered IS 'Whether it was put aside as spam.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN posts.raw_metrics IS 'The platform''s own figures when it was found: likes, replies, shares …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN posts.error_count IS 'How often dealing with it has failed.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN posts.error_message IS 'Why dealing with it last failed; null: it has not.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN posts.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN posts.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE competitive_mentions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  post_id uuid NOT NULL,
  competitor_id uuid NOT NULL,
  sentiment text NOT NULL,
  satisfaction text NOT NULL DEFAULT 'UNKNOWN',
  opportunity_score double precision NOT NULL,
  replied boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_competitive_mentions PRIMARY KEY (id),
  CONSTRAINT uq_competitive_mentions_post_id_competitor_id UNIQUE (post_id, competitor_id),
  CONSTRAINT chk_competitive_mentions_opportunity_score CHECK (opportunity_score >= 0::double precision AND opportunity_score <= 1::double precision),
  CONSTRAINT chk_competitive_mentions_satisfaction CHECK (satisfaction IN ('SATISFIED', 'NEUTRAL', 'DISSATISFIED', 'UNKNOWN')),
  CONSTRAINT chk_competitive_mentions_sentiment CHECK (sentiment IN ('POSITIVE', 'NEUTRAL', 'NEGATIVE', 'MIXED')),
  CONSTRAINT fk_competitive_mentions_competitor_id FOREIGN KEY (competitor_id) REFERENCES competitors (id) ON DELETE CASCADE,
  CONSTRAINT fk_competitive_mentions_post_id FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE INDEX idx_competitive_mentions_competitor_id ON competitive_mentions (competitor_id)`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON competitive_mentions TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE competitive_mentions IS 'Which post names which competitor, in what tone, and how good an opportunity that is for us. Written by the analysis of a post, once a post and competitor; it goes with its post. (003) Retention: as long as its post: 90 days after that was detected, then archived to JSON with it and deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN competitive_mentions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN competitive_mentions.post_id IS 'The post.'`);
    await queryRunner.query(`COMMENT ON COLUMN competitive_mentions.competitor_id IS 'The competitor that it names.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN competitive_mentions.sentiment IS 'The tone in which the post speaks of it.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN competitive_mentions.satisfaction IS 'Whether the post''s author is happy with it.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN competitive_mentions.opportunity_score IS 'How good an opportunity it is, from 0 (none) to 1.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN competitive_mentions.replied IS 'Whether we have answered the post.'`);
    await queryRunner.query(`COMMENT ON COLUMN competitive_mentions.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE users (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  email varchar(255) NOT NULL,
  name varchar(255),
  role text NOT NULL DEFAULT 'educator',
  organization_id uuid,
  sso_provider text,
  sso_id text,
  password_hash varchar(255),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  last_login timestamptz,
  CONSTRAINT pk_users PRIMARY KEY (id),
  CONSTRAINT uq_users_sso_provider_sso_id UNIQUE (sso_provider, sso_id),
  CONSTRAINT chk_users_credential CHECK (password_hash IS NOT NULL OR sso_provider IS NOT NULL),
  CONSTRAINT chk_users_email CHECK (email::text = lower(btrim(email::text))),
  CONSTRAINT chk_users_password_hash CHECK (password_hash::text ~ '^\\$2[aby]\\$'),
  CONSTRAINT chk_users_role CHECK (role IN ('educator', 'coach', 'admin')),
  CONSTRAINT chk_users_sso CHECK ((sso_provider IS NULL) = (sso_id IS NULL))
)`);
    await queryRunner.query(`CREATE UNIQUE INDEX idx_users_email ON users (email)`);
    await queryRunner.query(`CREATE INDEX idx_users_organization_id ON users (organization_id)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE users ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE users FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON users FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON users FOR SELECT TO app_user
  USING (id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON users TO app_service`);
    await queryRunner.query(
      `GRANT SELECT (created_at, email, id, last_login, name, organization_id, role, sso_id, sso_provider, updated_at) ON users TO app_user`,
    );
    await queryRunner.query(
      `COMMENT ON TABLE users IS 'Who may sign in, and how: with a password, by single sign-on, or both. Written by registration and sign-in. One address is one account, in lower case; deleting an account takes all that belongs to the person with it. (002, 004)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN users.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN users.email IS 'The address that the person signs in with, trimmed and in lower case.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN users.name IS 'What to call the person; null: they have not said.'`);
    await queryRunner.query(`COMMENT ON COLUMN users.role IS 'What the person is to the platform.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN users.organization_id IS 'The organization, kept elsewhere, that the person belongs to; null: none.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN users.sso_provider IS 'The provider that vouches for the person; null: they sign in with a password alone.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN users.sso_id IS 'The person''s id at the provider; null exactly where sso_provider is.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN users.password_hash IS 'The password''s bcrypt hash, never the password; null: sign-in by the provider alone. Never selected unless asked for.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN users.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN users.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN users.last_login IS 'When the person last signed in; null: never.'`);
    await queryRunner.query(`CREATE TABLE conversations (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  title varchar(255),
  status text NOT NULL DEFAULT 'active',
  share_token text,
  share_enabled boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_conversations PRIMARY KEY (id),
  CONSTRAINT uq_conversations_id_user_id UNIQUE (id, user_id),
  CONSTRAINT chk_conversations_share CHECK (NOT share_enabled OR share_token IS NOT NULL),
  CONSTRAINT chk_conversations_status CHECK (status IN ('active', 'archived')),
  CONSTRAINT fk_conversations_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE UNIQUE INDEX idx_conversations_share_token ON conversations (share_token)`);
    await queryRunner.query(`CREATE INDEX idx_conversations_user ON conversations (user_id)`);
    await queryRunner.query(
      `CREATE INDEX idx_conversations_user_id_updated_at ON conversations (user_id, updated_at DESC)`,
    );
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON conversations FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE conversations ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE conversations FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON conversations FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_delete_own ON conversations FOR DELETE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_insert_own ON conversations FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON conversations FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_update_own ON conversations FOR UPDATE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON conversations TO app_service`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON conversations TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE conversations IS 'A thread of messages between a person and the assistant, the latest first in their list. Written by the person; who knows the share token of a shared one may read it without an account. (002, 004)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN conversations.user_id IS 'The person whose conversation it is.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.title IS 'What it is about, in a few words; null: nobody has named it yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.status IS 'Whether it is in the person''s list or has been put away.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.share_token IS 'The secret of its public address; null: never shared. It stays when sharing is switched off.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.share_enabled IS 'Whether the share token opens it. Never without a token.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN conversations.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN conversations.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE experiments (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  name text NOT NULL,
  description text,
  variant_a text NOT NULL,
  variant_b text NOT NULL,
  metric text NOT NULL,
  traffic_split double precision NOT NULL DEFAULT 0.5,
  status text NOT NULL DEFAULT 'DRAFT',
  start_date timestamptz,
  end_date timestamptz,
  results_json jsonb,
  winner text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_experiments PRIMARY KEY (id),
  CONSTRAINT uq_experiments_name UNIQUE (name),
  CONSTRAINT chk_experiments_dates CHECK (end_date > start_date),
  CONSTRAINT chk_experiments_status CHECK (status IN ('DRAFT', 'RUNNING', 'PAUSED', 'COMPLETED')),
  CONSTRAINT chk_experiments_traffic_split CHECK (traffic_split >= 0::double precision AND traffic_split <= 1::double precision)
)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON experiments FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON experiments TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE experiments IS 'What we try in two variants, by which metric, and which of them won. Written by the people who plan it and, at the end, by its evaluation. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN experiments.name IS 'What it is called.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.description IS 'What it shall find out; null: the name says it.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN experiments.variant_a IS 'The one way, as a rule the one of today.'`);
    await queryRunner.query(`COMMENT ON COLUMN experiments.variant_b IS 'The other way.'`);
    await queryRunner.query(`COMMENT ON COLUMN experiments.metric IS 'The metric that decides between them.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.traffic_split IS 'The share of decisions that get variant B, 0 to 1.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN experiments.status IS 'How far it has come.'`);
    await queryRunner.query(`COMMENT ON COLUMN experiments.start_date IS 'When it begins; null: not planned yet.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.end_date IS 'When it ends, later than it begins; null: open.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.results_json IS 'The figures of either variant; null: not evaluated yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.winner IS 'The variant that won; null: not evaluated yet, or neither.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN experiments.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN experiments.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE decisions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  post_id uuid NOT NULL,
  sss_score double precision NOT NULL,
  ars_score double precision NOT NULL,
  evs_score double precision NOT NULL,
  trs_score double precision NOT NULL,
  composite_score double precision NOT NULL,
  mode text NOT NULL,
  archetype text,
  safety_flags text[] NOT NULL DEFAULT '{}',
  signals_json jsonb NOT NULL DEFAULT '{}',
  temporal_context jsonb NOT NULL DEFAULT '{}',
  competitor_detected text,
  is_power_user boolean NOT NULL DEFAULT false,
  experiment_id uuid,
  experiment_variant text,
  is_randomized_experiment boolean NOT NULL DEFAULT false,
  predicted_mode text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_decisions PRIMARY KEY (id),
  CONSTRAINT chk_decisions_archetype CHECK (archetype IN ('CHECKLIST', 'MYTHBUST', 'COACH', 'STORYLET', 'HUMOR_LIGHT', 'CREDIBILITY_ANCHOR', 'CONFIDENT_RECOMMENDER', 'PROBLEM_SOLUTION_DIRECT')),
  CONSTRAINT chk_decisions_ars_score CHECK (ars_score >= 0::double precision AND ars_score <= 1::double precision),
  CONSTRAINT chk_decisions_composite_score CHECK (composite_score >= 0::double precision AND composite_score <= 1::double precision),
  CONSTRAINT chk_decisions_evs_score CHECK (evs_score >= 0::double precision AND evs_score <= 1::double precision),
  CONSTRAINT chk_decisions_mode CHECK (mode IN ('HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED')),
  CONSTRAINT chk_decisions_predicted_mode CHECK (predicted_mode IN ('HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED')),
  CONSTRAINT chk_decisions_sss_score CHECK (sss_score >= 0::double precision AND sss_score <= 1::double precision),
  CONSTRAINT chk_decisions_trs_score CHECK (trs_score >= 0::double precision AND trs_score <= 1::double precision),
  CONSTRAINT fk_decisions_experiment_id FOREIGN KEY (experiment_id) REFERENCES experiments (id) ON DELETE SET NULL,
  CONSTRAINT fk_decisions_post_id FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_decisions_composite_score ON decisions (composite_score)`);
    await queryRunner.query(`CREATE INDEX idx_decisions_created_at ON decisions (created_at)`);
    await queryRunner.query(`CREATE INDEX idx_decisions_experiment_id ON decisions (experiment_id)`);
    await queryRunner.query(`CREATE INDEX idx_decisions_experiment_variant ON decisions (experiment_variant)`);
    await queryRunner.query(
      `CREATE INDEX idx_decisions_is_randomized_experiment ON decisions (is_randomized_experiment)`,
    );
    await queryRunner.query(`CREATE INDEX idx_decisions_mode ON decisions (mode)`);
    await queryRunner.query(`CREATE INDEX idx_decisions_post_id ON decisions (post_id)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON decisions TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE decisions IS 'Whether and how to answer a post, with the four scores that it was decided by. Written once by the decision engine; it goes with its post, while the replies to it stay. (003) Retention: as long as its post: 90 days after that was detected, then archived to JSON with it and deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN decisions.post_id IS 'The post that it is about.'`);
    await queryRunner.query(`COMMENT ON COLUMN decisions.sss_score IS 'The SSS score of the post, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN decisions.ars_score IS 'The ARS score of the post, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN decisions.evs_score IS 'The EVS score of the post, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN decisions.trs_score IS 'The TRS score of the post, 0 to 1.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.composite_score IS 'The four scores by the weights of the day, 0 to 1.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN decisions.mode IS 'How to take part.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.archetype IS 'The manner of the reply; null: there shall be none.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN decisions.safety_flags IS 'What in the post asks for care.'`);
    await queryRunner.query(`COMMENT ON COLUMN decisions.signals_json IS 'The signals behind the scores.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.temporal_context IS 'What the time of the post had to do with it: hour, weekday, season …'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.competitor_detected IS 'The competitor that the post names; null: none.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.is_power_user IS 'Whether the post''s author was a power user at the time.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.experiment_id IS 'The experiment that it is part of; null: none, or it has been deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.experiment_variant IS 'The variant that the experiment gave it; null: it is part of none.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.is_randomized_experiment IS 'Whether the mode was drawn by lot instead of by the scores, so that the scores can be learnt from.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN decisions.predicted_mode IS 'The mode that the scores alone would have given; null: it was not reckoned.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN decisions.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE engagement_message_queue (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  message_type text NOT NULL,
  message_key text NOT NULL,
  message_params jsonb NOT NULL DEFAULT '{}',
  destination text NOT NULL DEFAULT 'individual',
  destination_jid text,
  scheduled_for timestamptz NOT NULL,
  sent_at timestamptz,
  status text NOT NULL DEFAULT 'pending',
  retry_count integer NOT NULL DEFAULT 0,
  error_message text,
  idempotency_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_engagement_message_queue PRIMARY KEY (id),
  CONSTRAINT uq_engagement_message_queue_idempotency_key UNIQUE (idempotency_key),
  CONSTRAINT chk_engagement_message_queue_destination CHECK (destination IN ('individual', 'group')),
  CONSTRAINT chk_engagement_message_queue_message_type CHECK (message_type IN ('goodbye', 'help_flow', 'remind_later', 'reminder', 'weekly_review', 'tier_unlock', 'magic_moment')),
  CONSTRAINT chk_engagement_message_queue_retry_count CHECK (retry_count >= 0),
  CONSTRAINT chk_engagement_message_queue_sent CHECK ((status = 'sent') = (sent_at IS NOT NULL)),
  CONSTRAINT chk_engagement_message_queue_status CHECK (status IN ('pending', 'sent', 'failed', 'cancelled')),
  CONSTRAINT fk_engagement_message_queue_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE INDEX idx_engagement_message_queue_scheduled_for ON engagement_message_queue (scheduled_for) WHERE status = 'pending'`,
    );
    await queryRunner.query(
      `CREATE INDEX idx_engagement_message_queue_status ON engagement_message_queue (status) WHERE status = 'pending'`,
    );
    await queryRunner.query(`CREATE INDEX idx_engagement_message_queue_user_id ON engagement_message_queue (user_id)`);
    await queryRunner.query(`ALTER TABLE engagement_message_queue ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE engagement_message_queue FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON engagement_message_queue FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON engagement_message_queue TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE engagement_message_queue IS 'What is to be sent to a person of the assistant''s own accord, where and when, and what became of it. Queued by the engagement service, sent by its worker; the idempotency key keeps a message from being queued twice. Nobody but the backend sees it. (001)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_message_queue.user_id IS 'The person it is for.'`);
    await queryRunner.query(`COMMENT ON COLUMN engagement_message_queue.message_type IS 'What kind of message it is.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.message_key IS 'The key of its text in the translations.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.message_params IS 'What is put into that text.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.destination IS 'Where it goes: to the person alone, or to their group.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.destination_jid IS 'The WhatsApp JID it goes to; null: to be looked up when it is sent.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.scheduled_for IS 'When to send it, not before.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.sent_at IS 'When it was sent; null exactly where the status is not ''sent''.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_message_queue.status IS 'What became of it.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.retry_count IS 'How often sending it has failed.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.error_message IS 'Why sending it last failed; null: it has not.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_message_queue.idempotency_key IS 'What makes it this message and no other: a second one of the same key is refused.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_message_queue.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE engagement_state_transitions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  from_state text,
  to_state text NOT NULL,
  trigger text NOT NULL,
  metadata jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_engagement_state_transitions PRIMARY KEY (id),
  CONSTRAINT chk_engagement_state_transitions_from_state CHECK (from_state IN ('active', 'goodbye_sent', 'help_flow', 'remind_later', 'dormant')),
  CONSTRAINT chk_engagement_state_transitions_to_state CHECK (to_state IN ('active', 'goodbye_sent', 'help_flow', 'remind_later', 'dormant')),
  CONSTRAINT fk_engagement_state_transitions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE INDEX idx_engagement_state_transitions_created_at ON engagement_state_transitions (created_at)`,
    );
    await queryRunner.query(
      `CREATE INDEX idx_engagement_state_transitions_user_id ON engagement_state_transitions (user_id)`,
    );
    await queryRunner.query(
      `CREATE TRIGGER keep_history BEFORE DELETE OR UPDATE ON engagement_state_transitions FOR EACH ROW EXECUTE FUNCTION keep_history()`,
    );
    await queryRunner.query(`ALTER TABLE engagement_state_transitions ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE engagement_state_transitions FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON engagement_state_transitions FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON engagement_state_transitions FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON engagement_state_transitions TO app_service`);
    await queryRunner.query(`GRANT SELECT ON engagement_state_transitions TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE engagement_state_transitions IS 'How a person came to stand where they do: every change of their engagement state, and what caused it. Written by the engagement service together with the state itself; it is history, of which nothing changes. (001)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_state_transitions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_state_transitions.user_id IS 'The person.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_state_transitions.from_state IS 'The state before; null: there was none, this is the first.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_state_transitions.to_state IS 'The state from then on.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN engagement_state_transitions.trigger IS 'What caused it: ''inactivity_timeout'', ''user_message'' …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN engagement_state_transitions.metadata IS 'Whatever else explains it.'`);
    await queryRunner.query(`COMMENT ON COLUMN engagement_state_transitions.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE replies (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  decision_id uuid,
  content text NOT NULL,
  archetype text,
  platform text NOT NULL,
  platform_post_id varchar(100) NOT NULL,
  utm_code text NOT NULL,
  help_count integer NOT NULL DEFAULT 0,
  approval_status text NOT NULL DEFAULT 'PENDING',
  approved_by text,
  approved_at timestamptz,
  posted_at timestamptz,
  metrics_json jsonb NOT NULL DEFAULT '{}',
  deleted_at timestamptz,
  delete_reason text,
  reply_type text NOT NULL DEFAULT 'COMMENT',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_replies PRIMARY KEY (id),
  CONSTRAINT chk_replies_approval_status CHECK (approval_status IN ('PENDING', 'APPROVED', 'REJECTED', 'AUTO_APPROVED')),
  CONSTRAINT chk_replies_archetype CHECK (archetype IN ('CHECKLIST', 'MYTHBUST', 'COACH', 'STORYLET', 'HUMOR_LIGHT', 'CREDIBILITY_ANCHOR', 'CONFIDENT_RECOMMENDER', 'PROBLEM_SOLUTION_DIRECT')),
  CONSTRAINT chk_replies_content CHECK (char_length(content) >= 10 AND char_length(content) <= 1000),
  CONSTRAINT chk_replies_content_claims CHECK (content !~* '(cure|prevent|treat|clinically proven)'),
  CONSTRAINT chk_replies_content_signature CHECK (POSITION(('—Antone (Vita)'::text) IN (content)) > 0),
  CONSTRAINT chk_replies_help_count CHECK (help_count >= 0),
  CONSTRAINT chk_replies_platform CHECK (platform IN ('TWITTER', 'REDDIT', 'THREADS')),
  CONSTRAINT chk_replies_posted CHECK (posted_at IS NULL OR (approval_status IN ('APPROVED', 'AUTO_APPROVED'))),
  CONSTRAINT chk_replies_reply_type CHECK (reply_type IN ('COMMENT', 'QUOTE', 'DIRECT_MESSAGE')),
  CONSTRAINT chk_replies_utm_code CHECK (utm_code ~ '^[a-z0-9_-]+$'),
  CONSTRAINT fk_replies_decision_id FOREIGN KEY (decision_id) REFERENCES decisions (id) ON DELETE SET NULL
)`);
    await queryRunner.query(`CREATE INDEX idx_replies_approval_status ON replies (approval_status)`);
    await queryRunner.query(`CREATE INDEX idx_replies_decision_id ON replies (decision_id)`);
    await queryRunner.query(`CREATE INDEX idx_replies_platform_posted_at ON replies (platform, posted_at)`);
    await queryRunner.query(`CREATE INDEX idx_replies_posted_at ON replies (posted_at)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON replies FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON replies TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE replies IS 'What we answered, whether it may be posted and what came of it. Written by the reply generator, approved by a person or by rule, posted by the publisher. It is signed, claims no healing and is never posted unapproved. Deleting it leaves the row and sets deleted_at. (003) Retention: for ever, longer than the decision behind it.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.decision_id IS 'The decision that it carries out; null: that has been archived, which happens after 90 days.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.content IS 'What it says, 10 to 1000 characters, with the signature and without a medical claim.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN replies.archetype IS 'Its manner; null: none in particular.'`);
    await queryRunner.query(`COMMENT ON COLUMN replies.platform IS 'Where it is posted.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN replies.platform_post_id IS 'The platform''s own id of the post that it answers, which outlives our row of that post.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.utm_code IS 'The code in its links by which visits are counted as its own.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN replies.help_count IS 'How many people have said that it helped.'`);
    await queryRunner.query(`COMMENT ON COLUMN replies.approval_status IS 'Whether it may be posted.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN replies.approved_by IS 'Who approved or rejected it; null: nobody yet, or the rule did.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.approved_at IS 'When it was approved or rejected; null: not yet.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN replies.posted_at IS 'When it was posted; null: it has not been.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN replies.metrics_json IS 'The platform''s figures since it was posted: likes, replies, clicks …'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.deleted_at IS 'When it was deleted on the platform; null: it stands.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN replies.delete_reason IS 'Why it was deleted; null: it was not, or nobody said.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN replies.reply_type IS 'In which form it is posted.'`);
    await queryRunner.query(`COMMENT ON COLUMN replies.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN replies.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE escalations (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  post_id uuid,
  decision_id uuid,
  reply_id uuid,
  reason text NOT NULL,
  priority text NOT NULL DEFAULT 'MEDIUM',
  status text NOT NULL DEFAULT 'OPEN',
  assigned_to text,
  resolved_by text,
  resolution_notes text,
  created_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  CONSTRAINT pk_escalations PRIMARY KEY (id),
  CONSTRAINT chk_escalations_priority CHECK (priority IN ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
  CONSTRAINT chk_escalations_reason CHECK (reason IN ('SAFETY', 'COMPLAINT', 'POWER_USER', 'COMPETITOR', 'LOW_CONFIDENCE', 'OTHER')),
  CONSTRAINT chk_escalations_resolved CHECK ((status IN ('RESOLVED', 'DISMISSED')) = (resolved_at IS NOT NULL)),
  CONSTRAINT chk_escalations_status CHECK (status IN ('OPEN', 'IN_PROGRESS', 'RESOLVED', 'DISMISSED')),
  CONSTRAINT fk_escalations_decision_id FOREIGN KEY (decision_id) REFERENCES decisions (id) ON DELETE SET NULL,
  CONSTRAINT fk_escalations_post_id FOREIGN KEY (post_id) REFERENCES posts (id) ON DELETE SET NULL,
  CONSTRAINT fk_escalations_reply_id FOREIGN KEY (reply_id) REFERENCES replies (id) ON DELETE SET NULL
)`);
    await queryRunner.query(`CREATE INDEX idx_escalations_created_at ON escalations (created_at)`);
    await queryRunner.query(`CREATE INDEX idx_escalations_decision_id ON escalations (decision_id)`);
    await queryRunner.query(`CREATE INDEX idx_escalations_post_id ON escalations (post_id)`);
    await queryRunner.query(`CREATE INDEX idx_escalations_reply_id ON escalations (reply_id)`);
    await queryRunner.query(`CREATE INDEX idx_escalations_status_priority ON escalations (status, priority)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON escalations TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE escalations IS 'What a person has to look at, and what they did about it. Raised by the decision engine, the publisher or a person; worked off by the people on duty, the most urgent first. It stays when what it is about has been archived. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN escalations.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN escalations.post_id IS 'The post that it is about; null: none, or it has been archived.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN escalations.decision_id IS 'The decision that it is about; null: none, or it has been archived.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN escalations.reply_id IS 'The reply that it is about; null: none.'`);
    await queryRunner.query(`COMMENT ON COLUMN escalations.reason IS 'Why a person has to look at it.'`);
    await queryRunner.query(`COMMENT ON COLUMN escalations.priority IS 'How urgent it is.'`);
    await queryRunner.query(`COMMENT ON COLUMN escalations.status IS 'How far it has come.'`);
    await queryRunner.query(`COMMENT ON COLUMN escalations.assigned_to IS 'Who looks at it; null: nobody yet.'`);
    await queryRunner.query(`COMMENT ON COLUMN escalations.resolved_by IS 'Who closed it; null: it is open.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN escalations.resolution_notes IS 'What was done about it; null: nothing to tell.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN escalations.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN escalations.resolved_at IS 'When it was resolved or dismissed; null exactly where it is neither.'`,
    );
    await queryRunner.query(`CREATE TABLE messages (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  conversation_id uuid NOT NULL,
  user_id uuid NOT NULL,
  role text NOT NULL,
  content text NOT NULL,
  citations jsonb,
  tool_calls jsonb,
  domains text[] NOT NULL DEFAULT '{}',
  feedback_score smallint,
  input_tokens integer,
  output_tokens integer,
  cost_usd numeric(12,6),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_messages PRIMARY KEY (id),
  CONSTRAINT chk_messages_cost_usd CHECK (cost_usd >= 0::numeric),
  CONSTRAINT chk_messages_feedback_score CHECK (feedback_score >= '-1'::integer AND feedback_score <= 1),
  CONSTRAINT chk_messages_input_tokens CHECK (input_tokens >= 0),
  CONSTRAINT chk_messages_output_tokens CHECK (output_tokens >= 0),
  CONSTRAINT chk_messages_role CHECK (role IN ('user', 'agent', 'assistant', 'system')),
  CONSTRAINT fk_messages_conversation_id_user_id FOREIGN KEY (conversation_id, user_id) REFERENCES conversations (id, user_id) ON DELETE CASCADE,
  CONSTRAINT fk_messages_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_messages_conversation ON messages (conversation_id, created_at)`);
    await queryRunner.query(`CREATE INDEX idx_messages_conversation_id ON messages (conversation_id)`);
    await queryRunner.query(`CREATE INDEX idx_messages_user_id ON messages (user_id)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_history BEFORE DELETE OR UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION keep_history('feedback_score')`,
    );
    await queryRunner.query(`ALTER TABLE messages ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE messages FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON messages FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_insert_own ON messages FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON messages FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_update_own ON messages FOR UPDATE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON messages TO app_service`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE ON messages TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE messages IS 'What was said in a conversation, by whom, with the tools that were called and what it cost. Written once by the person or the assistant: it is history, of which only the feedback may change, and it leaves with its conversation alone. It belongs to the conversation''s owner. (002, 004)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN messages.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN messages.conversation_id IS 'The conversation it was said in.'`);
    await queryRunner.query(`COMMENT ON COLUMN messages.user_id IS 'The conversation''s owner, whoever speaks.'`);
    await queryRunner.query(`COMMENT ON COLUMN messages.role IS 'Who speaks.'`);
    await queryRunner.query(`COMMENT ON COLUMN messages.content IS 'What was said.'`);
    await queryRunner.query(`COMMENT ON COLUMN messages.citations IS 'The sources that it quotes; null: none.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN messages.tool_calls IS 'The tools that were called to say it, with arguments and results; null: none.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN messages.domains IS 'The fields of knowledge that it touches.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN messages.feedback_score IS 'What the person thinks of it: -1 bad, 0 neither, 1 good; null: they have not said.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN messages.input_tokens IS 'The tokens that the model read; null: no model was asked.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN messages.output_tokens IS 'The tokens that the model wrote; null: no model was asked.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN messages.cost_usd IS 'What the model cost, in US dollars to the millionth, as text so that no digit is lost; null: no model was asked.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN messages.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE scheduled_intents (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  intent_name varchar(255) NOT NULL,
  description text,
  trigger_type text NOT NULL,
  trigger_schedule jsonb,
  trigger_condition jsonb,
  action_type text NOT NULL,
  action_context text,
  action_priority text NOT NULL DEFAULT 'normal',
  next_check timestamptz,
  last_checked timestamptz,
  last_executed timestamptz,
  execution_count integer NOT NULL DEFAULT 0,
  last_execution_status text,
  last_execution_error text,
  last_message_id uuid,
  enabled boolean NOT NULL DEFAULT true,
  expires_at timestamptz,
  max_executions integer,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  created_by text NOT NULL DEFAULT 'user',
  metadata jsonb NOT NULL DEFAULT '{}',
  CONSTRAINT pk_scheduled_intents PRIMARY KEY (id),
  CONSTRAINT chk_scheduled_intents_action_priority CHECK (action_priority IN ('low', 'normal', 'high', 'critical')),
  CONSTRAINT chk_scheduled_intents_action_type CHECK (action_type IN ('notify', 'check_in', 'briefing', 'analysis', 'reminder')),
  CONSTRAINT chk_scheduled_intents_execution_count CHECK (execution_count >= 0),
  CONSTRAINT chk_scheduled_intents_last_execution_status CHECK (last_execution_status IN ('success', 'failed', 'gate_blocked', 'condition_not_met')),
  CONSTRAINT chk_scheduled_intents_max_executions CHECK (max_executions > 0),
  CONSTRAINT chk_scheduled_intents_trigger CHECK (
CASE
    WHEN trigger_type IN ('cron', 'interval', 'once') THEN trigger_schedule IS NOT NULL
    ELSE trigger_condition IS NOT NULL
END),
  CONSTRAINT chk_scheduled_intents_trigger_type CHECK (trigger_type IN ('cron', 'interval', 'once', 'price', 'silence', 'event', 'calendar', 'news')),
  CONSTRAINT fk_scheduled_intents_last_message_id FOREIGN KEY (last_message_id) REFERENCES messages (id) ON DELETE SET NULL,
  CONSTRAINT fk_scheduled_intents_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_intents_created ON scheduled_intents (created_at)`);
    await queryRunner.query(
      `CREATE INDEX idx_intents_pending ON scheduled_intents (next_check) WHERE enabled = true AND next_check IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX idx_intents_type ON scheduled_intents (user_id, trigger_type)`);
    await queryRunner.query(
      `CREATE INDEX idx_intents_user_enabled ON scheduled_intents (user_id, enabled) WHERE enabled = true`,
    );
    await queryRunner.query(`CREATE INDEX idx_intents_user_id ON scheduled_intents (user_id)`);
    await queryRunner.query(
      `CREATE INDEX idx_scheduled_intents_last_message_id ON scheduled_intents (last_message_id)`,
    );
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON scheduled_intents FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE scheduled_intents ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE scheduled_intents FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON scheduled_intents FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_delete_own ON scheduled_intents FOR DELETE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_insert_own ON scheduled_intents FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid) AND (last_message_id IS NULL OR (EXISTS ( SELECT
   FROM messages
  WHERE messages.id = scheduled_intents.last_message_id AND messages.user_id = scheduled_intents.user_id))))`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON scheduled_intents FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_update_own ON scheduled_intents FOR UPDATE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid) AND (last_message_id IS NULL OR (EXISTS ( SELECT
   FROM messages
  WHERE messages.id = scheduled_intents.last_message_id AND messages.user_id = scheduled_intents.user_id))))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON scheduled_intents TO app_service`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON scheduled_intents TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE scheduled_intents IS 'What shall be done for a person, and when: "a briefing every weekday at seven", "tell me when it falls below ten". Written by the person and by the assistant on their behalf; the scheduler keeps the state of execution. It is due when it is enabled and next_check has come. (000)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.user_id IS 'The person it is done for.'`);
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.intent_name IS 'What the person calls it.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.description IS 'What it is for, in the person''s words; null: they said no more than the name.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.trigger_type IS 'What makes it fire.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.trigger_schedule IS 'When it fires: a cron expression and its time zone, an interval, or a moment; null: it waits for a condition.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.trigger_condition IS 'What it waits for: a price, a silence, an event …; null: it has a schedule.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.action_type IS 'What is done when it fires.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.action_context IS 'What the assistant has to know to do it; null: nothing more than the name and description.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.action_priority IS 'How much it matters: a gate may block what is not critical.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.next_check IS 'When the scheduler looks at it next; null: never again of its own accord.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.last_checked IS 'When the scheduler last looked at it; null: not yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.last_executed IS 'When it last fired; null: not yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.execution_count IS 'How often it has fired: the number of its executions.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.last_execution_status IS 'How its last execution ended; null: not executed yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.last_execution_error IS 'Why its last execution failed; null: it did not.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.last_message_id IS 'The message that its last execution sent; null: none, or it has been deleted.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.enabled IS 'Whether it may fire at all.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.expires_at IS 'From when on it fires no more; null: it does not expire.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.max_executions IS 'How often it may fire in all; null: without limit.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN scheduled_intents.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.created_by IS 'Who wrote it: ''user'', or the name of the agent that did.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN scheduled_intents.metadata IS 'Whatever else its author keeps with it.'`,
    );
    await queryRunner.query(`CREATE TABLE intent_executions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  intent_id uuid NOT NULL,
  user_id uuid NOT NULL,
  executed_at timestamptz NOT NULL DEFAULT now(),
  trigger_type text NOT NULL,
  trigger_data jsonb,
  status text NOT NULL,
  gate_result jsonb,
  message_id uuid,
  message_preview text,
  evaluation_ms integer,
  generation_ms integer,
  delivery_ms integer,
  error_message text,
  CONSTRAINT pk_intent_executions PRIMARY KEY (id),
  CONSTRAINT chk_intent_executions_delivery_ms CHECK (delivery_ms >= 0),
  CONSTRAINT chk_intent_executions_evaluation_ms CHECK (evaluation_ms >= 0),
  CONSTRAINT chk_intent_executions_generation_ms CHECK (generation_ms >= 0),
  CONSTRAINT chk_intent_executions_status CHECK (status IN ('success', 'failed', 'gate_blocked', 'condition_not_met')),
  CONSTRAINT chk_intent_executions_trigger_type CHECK (trigger_type IN ('cron', 'interval', 'once', 'price', 'silence', 'event', 'calendar', 'news')),
  CONSTRAINT fk_intent_executions_intent_id FOREIGN KEY (intent_id) REFERENCES scheduled_intents (id) ON DELETE CASCADE,
  CONSTRAINT fk_intent_executions_message_id FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE SET NULL,
  CONSTRAINT fk_intent_executions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_executions_intent ON intent_executions (intent_id, executed_at DESC)`);
    await queryRunner.query(`CREATE INDEX idx_executions_status ON intent_executions (status)`);
    await queryRunner.query(`CREATE INDEX idx_executions_user ON intent_executions (user_id, executed_at DESC)`);
    await queryRunner.query(`CREATE INDEX idx_intent_executions_message_id ON intent_executions (message_id)`);
    await queryRunner.query(`ALTER TABLE intent_executions ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE intent_executions FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON intent_executions FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON intent_executions FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON intent_executions TO app_service`);
    await queryRunner.query(`GRANT SELECT ON intent_executions TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE intent_executions IS 'What became of an intent each time that it fired: why it fired, whether a gate let it pass, what was sent and how long it took. Written by the scheduler, one row an execution. (000)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN intent_executions.intent_id IS 'The intent that fired.'`);
    await queryRunner.query(`COMMENT ON COLUMN intent_executions.user_id IS 'The person it was done for.'`);
    await queryRunner.query(`COMMENT ON COLUMN intent_executions.executed_at IS 'When it fired.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.trigger_type IS 'What made it fire: the intent''s trigger type at that time.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.trigger_data IS 'What the trigger saw: a price, an event …; null: nothing but the time.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN intent_executions.status IS 'How it ended.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.gate_result IS 'What the gates said, and why; null: it did not come to them.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.message_id IS 'The message that it sent; null: none, or it has been deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.message_preview IS 'The beginning of that message, which outlives it; null: none was sent.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.evaluation_ms IS 'Milliseconds to decide whether to fire; null: it did not come to that.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.generation_ms IS 'Milliseconds to write the message; null: it did not come to that.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN intent_executions.delivery_ms IS 'Milliseconds to deliver the message; null: it did not come to that.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN intent_executions.error_message IS 'Why it failed; null: it did not.'`);
    await queryRunner.query(`CREATE TABLE kpi_metrics (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  date date NOT NULL,
  platform text NOT NULL,
  metric_type text NOT NULL,
  metric_name text NOT NULL,
  value double precision NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_kpi_metrics PRIMARY KEY (id),
  CONSTRAINT uq_kpi_metrics_date_platform_metric_type_metric_name UNIQUE (date, platform, metric_type, metric_name),
  CONSTRAINT chk_kpi_metrics_metric_type CHECK (metric_type IN ('COMMITMENT', 'REACH', 'ENGAGEMENT', 'CONVERSION', 'SAFETY')),
  CONSTRAINT chk_kpi_metrics_platform CHECK (platform IN ('TWITTER', 'REDDIT', 'THREADS'))
)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON kpi_metrics TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE kpi_metrics IS 'How we did on a day, on a platform, by a metric. Written by the nightly reckoning. (003) Retention: 2 years, then archived to CSV, a file a quarter, and deleted.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN kpi_metrics.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN kpi_metrics.date IS 'The day, in UTC: ''2025-11-21''.'`);
    await queryRunner.query(`COMMENT ON COLUMN kpi_metrics.platform IS 'The platform.'`);
    await queryRunner.query(`COMMENT ON COLUMN kpi_metrics.metric_type IS 'What the metric speaks of.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN kpi_metrics.metric_name IS 'The metric: ''reply_rate'', ''click_through_rate'' …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN kpi_metrics.value IS 'Its value, in the unit that its name says.'`);
    await queryRunner.query(`COMMENT ON COLUMN kpi_metrics.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE learning_events (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  date timestamptz NOT NULL,
  adjustment_type text NOT NULL,
  adjustment jsonb NOT NULL,
  predicted_improvement double precision NOT NULL,
  baseline_performance double precision NOT NULL,
  actual_improvement double precision,
  accuracy double precision,
  evaluated_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_learning_events PRIMARY KEY (id),
  CONSTRAINT chk_learning_events_accuracy CHECK (accuracy >= 0::double precision AND accuracy <= 1::double precision)
)`);
    await queryRunner.query(`CREATE INDEX idx_learning_events_date ON learning_events (date)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON learning_events TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE learning_events IS 'What the learning system changed, what it expected of that and what came of it. Written with the change, completed by its evaluation some time after. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN learning_events.date IS 'When the change was made.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.adjustment_type IS 'What kind of change it was: ''weights'', ''threshold'' …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN learning_events.adjustment IS 'The change itself.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.predicted_improvement IS 'How much better it was expected to do than the baseline.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.baseline_performance IS 'How well it did before the change.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.actual_improvement IS 'How much better it did than the baseline; null: not evaluated yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.accuracy IS 'How good the expectation was, from 0 to 1; null: not evaluated yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN learning_events.evaluated_at IS 'When it was evaluated; null: not yet.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN learning_events.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE message_embeddings (
  message_id uuid NOT NULL,
  model text NOT NULL,
  embedding vector(1536) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_message_embeddings PRIMARY KEY (message_id),
  CONSTRAINT fk_message_embeddings_message_id FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE INDEX idx_message_embeddings_embedding ON message_embeddings USING hnsw (embedding vector_cosine_ops)`,
    );
    await queryRunner.query(`ALTER TABLE message_embeddings ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE message_embeddings FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON message_embeddings FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON message_embeddings FOR SELECT TO app_user
  USING ((EXISTS ( SELECT 1
   FROM messages
  WHERE messages.id = message_embeddings.message_id AND messages.user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON message_embeddings TO app_service`);
    await queryRunner.query(`GRANT SELECT ON message_embeddings TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE message_embeddings IS 'Where a message lies in the space of meanings, so that what is near to it is found. Written by the backend once the message is; at most one a message. (004)'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN message_embeddings.message_id IS 'The message.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN message_embeddings.model IS 'The model that computed it: distances mean something between embeddings of one model alone.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN message_embeddings.embedding IS 'The vector, 1536 dimensions, to be compared by cosine distance.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN message_embeddings.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE randomized_experiments (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  decision_id uuid,
  predicted_mode text NOT NULL,
  actual_mode text NOT NULL,
  predicted_outcome double precision NOT NULL,
  actual_outcome double precision,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_randomized_experiments PRIMARY KEY (id),
  CONSTRAINT uq_randomized_experiments_decision_id UNIQUE (decision_id),
  CONSTRAINT chk_randomized_experiments_actual_mode CHECK (actual_mode IN ('HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED')),
  CONSTRAINT chk_randomized_experiments_predicted_mode CHECK (predicted_mode IN ('HELPFUL', 'ENGAGEMENT', 'HYBRID', 'DISENGAGED')),
  CONSTRAINT fk_randomized_experiments_decision_id FOREIGN KEY (decision_id) REFERENCES decisions (id) ON DELETE SET NULL
)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON randomized_experiments TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE randomized_experiments IS 'What came of a decision whose mode was drawn by lot, beside what the scores had foretold: the learning system''s control group. Written with the decision, completed when the outcome is known; at most one a decision. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN randomized_experiments.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN randomized_experiments.decision_id IS 'The decision; null: that has been archived, which happens after 90 days.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN randomized_experiments.predicted_mode IS 'The mode that the scores would have given.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN randomized_experiments.actual_mode IS 'The mode that was drawn.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN randomized_experiments.predicted_outcome IS 'The outcome that was foretold for the predicted mode.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN randomized_experiments.actual_outcome IS 'The outcome of the mode drawn, on the same scale; null: not known yet.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN randomized_experiments.created_at IS 'When the row was written.'`);
    await queryRunner.query(`CREATE TABLE segmented_weights (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  segment_type text NOT NULL,
  segment_key text NOT NULL,
  sss_weight double precision NOT NULL,
  ars_weight double precision NOT NULL,
  evs_weight double precision NOT NULL,
  trs_weight double precision NOT NULL,
  sample_size integer NOT NULL DEFAULT 0,
  performance double precision,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_segmented_weights PRIMARY KEY (id),
  CONSTRAINT uq_segmented_weights_segment_type_segment_key UNIQUE (segment_type, segment_key),
  CONSTRAINT chk_segmented_weights_ars_weight CHECK (ars_weight >= 0::double precision AND ars_weight <= 1::double precision),
  CONSTRAINT chk_segmented_weights_evs_weight CHECK (evs_weight >= 0::double precision AND evs_weight <= 1::double precision),
  CONSTRAINT chk_segmented_weights_sample_size CHECK (sample_size >= 0),
  CONSTRAINT chk_segmented_weights_sss_weight CHECK (sss_weight >= 0::double precision AND sss_weight <= 1::double precision),
  CONSTRAINT chk_segmented_weights_sum CHECK (abs(sss_weight + ars_weight + evs_weight + trs_weight - 1::double precision) <= 0.001::double precision),
  CONSTRAINT chk_segmented_weights_trs_weight CHECK (trs_weight >= 0::double precision AND trs_weight <= 1::double precision)
)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON segmented_weights FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON segmented_weights TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE segmented_weights IS 'What each of the four scores weighs for a segment of posts: a platform, an hour, a kind of author. Written by the learning system, one row a segment; the four weights add up to 1. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.segment_type IS 'What the segments are told apart by: ''platform'', ''time_of_day'' …'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.segment_key IS 'Which of them it is: ''TWITTER'', ''morning'' …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN segmented_weights.sss_weight IS 'What the SSS score weighs, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN segmented_weights.ars_weight IS 'What the ARS score weighs, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN segmented_weights.evs_weight IS 'What the EVS score weighs, 0 to 1.'`);
    await queryRunner.query(`COMMENT ON COLUMN segmented_weights.trs_weight IS 'What the TRS score weighs, 0 to 1.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.sample_size IS 'From how many samples the weights were learnt.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.performance IS 'How well the weights do; null: not measured yet.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN segmented_weights.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN segmented_weights.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE sessions (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  expires_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  last_accessed_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_sessions PRIMARY KEY (id),
  CONSTRAINT chk_sessions_expires_at CHECK (expires_at > created_at),
  CONSTRAINT fk_sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_sessions_expires_at ON sessions (expires_at)`);
    await queryRunner.query(`CREATE INDEX idx_sessions_id ON sessions (id) INCLUDE (user_id, expires_at)`);
    await queryRunner.query(`CREATE INDEX idx_sessions_user_id ON sessions (user_id)`);
    await queryRunner.query(`ALTER TABLE sessions ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE sessions FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON sessions FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_delete_own ON sessions FOR DELETE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON sessions FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO app_service`);
    await queryRunner.query(`GRANT SELECT, DELETE ON sessions TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE sessions IS 'Who is signed in, and until when. Written by sign-in, touched by each request, deleted by sign-out or, once it has expired, by clean-up. (004) 004 wants idx_sessions_id to be partial, WHERE expires_at > NOW(). PostgreSQL refuses it: an index predicate must be immutable. What it was for, finding a live session by id without touching the table, is kept by INCLUDE.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN sessions.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN sessions.user_id IS 'The person who is signed in.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN sessions.expires_at IS 'From when on it is worth nothing; later than created_at.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN sessions.created_at IS 'When the row was written.'`);
    await queryRunner.query(`COMMENT ON COLUMN sessions.last_accessed_at IS 'When a request last used it.'`);
    await queryRunner.query(`CREATE TABLE tasks (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  title varchar(255) NOT NULL,
  description text,
  completed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_tasks PRIMARY KEY (id),
  CONSTRAINT chk_tasks_title CHECK (title::text ~ '\\S'),
  CONSTRAINT fk_tasks_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(`CREATE INDEX idx_tasks_user_id ON tasks (user_id)`);
    await queryRunner.query(`CREATE INDEX idx_tasks_user_id_created_at ON tasks (user_id, created_at DESC)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE tasks ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE tasks FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON tasks FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_delete_own ON tasks FOR DELETE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_insert_own ON tasks FOR INSERT TO app_user
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON tasks FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_update_own ON tasks FOR UPDATE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO app_service`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON tasks TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE tasks IS 'What a person has to do, the newest first in their list. Written by the person, or by the assistant on their behalf. (002)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN tasks.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN tasks.user_id IS 'The person who has to do it.'`);
    await queryRunner.query(`COMMENT ON COLUMN tasks.title IS 'What to do, never blank.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN tasks.description IS 'What else there is to say about it; null: nothing.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN tasks.completed IS 'Whether it is done.'`);
    await queryRunner.query(`COMMENT ON COLUMN tasks.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN tasks.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE user_engagement_states (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  state text NOT NULL DEFAULT 'active',
  last_activity_at timestamptz NOT NULL DEFAULT now(),
  goodbye_sent_at timestamptz,
  goodbye_expires_at timestamptz,
  remind_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_user_engagement_states PRIMARY KEY (id),
  CONSTRAINT uq_user_engagement_states_user_id UNIQUE (user_id),
  CONSTRAINT chk_user_engagement_states_state CHECK (state IN ('active', 'goodbye_sent', 'help_flow', 'remind_later', 'dormant')),
  CONSTRAINT fk_user_engagement_states_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE INDEX idx_user_engagement_states_goodbye_expires_at ON user_engagement_states (goodbye_expires_at) WHERE goodbye_expires_at IS NOT NULL`,
    );
    await queryRunner.query(
      `CREATE INDEX idx_user_engagement_states_last_activity_at ON user_engagement_states (last_activity_at)`,
    );
    await queryRunner.query(
      `CREATE INDEX idx_user_engagement_states_remind_at ON user_engagement_states (remind_at) WHERE remind_at IS NOT NULL`,
    );
    await queryRunner.query(`CREATE INDEX idx_user_engagement_states_state ON user_engagement_states (state)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON user_engagement_states FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE user_engagement_states ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE user_engagement_states FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON user_engagement_states FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON user_engagement_states FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON user_engagement_states TO app_service`);
    await queryRunner.query(`GRANT SELECT ON user_engagement_states TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE user_engagement_states IS 'Where a person stands with the assistant now, and when the scheduler has to look at them next. Written by the engagement service alone, which records each change as a transition; at most one a person. (001)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN user_engagement_states.user_id IS 'The person.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.state IS 'Where the person stands: the to_state of their last transition.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.last_activity_at IS 'When the person last did anything.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.goodbye_sent_at IS 'When the goodbye was sent; null: none was since they were last active.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.goodbye_expires_at IS 'When an unanswered goodbye makes the person dormant; null: no goodbye waits for an answer.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.remind_at IS 'When to remind the person, as they asked; null: they did not ask.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN user_engagement_states.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN user_engagement_states.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE user_profiles (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  user_id uuid NOT NULL,
  preferred_destination text NOT NULL DEFAULT 'individual',
  reengagement_opt_out boolean NOT NULL DEFAULT false,
  onboarding_tier integer NOT NULL DEFAULT 0,
  onboarding_tier_progress jsonb NOT NULL DEFAULT '{}',
  magic_moment_at timestamptz,
  locale text NOT NULL DEFAULT 'en',
  timezone text NOT NULL DEFAULT 'UTC',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_user_profiles PRIMARY KEY (id),
  CONSTRAINT uq_user_profiles_user_id UNIQUE (user_id),
  CONSTRAINT chk_user_profiles_onboarding_tier CHECK (onboarding_tier >= 0 AND onboarding_tier <= 3),
  CONSTRAINT chk_user_profiles_preferred_destination CHECK (preferred_destination IN ('individual', 'group')),
  CONSTRAINT fk_user_profiles_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)`);
    await queryRunner.query(
      `CREATE TRIGGER keep_timestamps BEFORE UPDATE ON user_profiles FOR EACH ROW EXECUTE FUNCTION keep_timestamps()`,
    );
    await queryRunner.query(`ALTER TABLE user_profiles ENABLE ROW LEVEL SECURITY`);
    await queryRunner.query(`ALTER TABLE user_profiles FORCE ROW LEVEL SECURITY`);
    await queryRunner.query(`CREATE POLICY app_service_all ON user_profiles FOR ALL TO app_service
  USING (true)
  WITH CHECK (true)`);
    await queryRunner.query(`CREATE POLICY app_user_select_own ON user_profiles FOR SELECT TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`CREATE POLICY app_user_update_own ON user_profiles FOR UPDATE TO app_user
  USING (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))
  WITH CHECK (user_id = (SELECT NULLIF(current_setting('app.user_id', true), '')::uuid))`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON user_profiles TO app_service`);
    await queryRunner.query(`GRANT SELECT, UPDATE ON user_profiles TO app_user`);
    await queryRunner.query(
      `COMMENT ON TABLE user_profiles IS 'How a person wants to be spoken to, and how far they have come in getting to know the assistant. Written by the person and by onboarding; at most one a person. (001)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN user_profiles.user_id IS 'The person it describes.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.preferred_destination IS 'Where engagement messages go: to the person alone, or to their group.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.reengagement_opt_out IS 'Whether the person wants to be left alone once they have gone quiet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.onboarding_tier IS 'The tier of onboarding that is unlocked, 0 to 3.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.onboarding_tier_progress IS 'The steps done towards the next tier, by name.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.magic_moment_at IS 'When the assistant first proved its worth to the person; null: not yet.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.locale IS 'The language to speak, as a BCP 47 tag: ''en'', ''de-AT''.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.timezone IS 'The time zone to reckon in, as the tz database names it: ''Europe/Vienna''.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN user_profiles.created_at IS 'When the row was written.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN user_profiles.updated_at IS 'When the row was last changed. Kept by a trigger.'`,
    );
    await queryRunner.query(`CREATE TABLE weight_adjustment_logs (
  id uuid NOT NULL DEFAULT gen_random_uuid(),
  date timestamptz NOT NULL,
  action text NOT NULL,
  reason text NOT NULL,
  valid_segments integer NOT NULL,
  total_segments integer NOT NULL,
  sample_sizes jsonb NOT NULL,
  old_weights jsonb NOT NULL,
  new_weights jsonb NOT NULL,
  predicted_improvement double precision,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT pk_weight_adjustment_logs PRIMARY KEY (id),
  CONSTRAINT chk_weight_adjustment_logs_segments CHECK (valid_segments <= total_segments),
  CONSTRAINT chk_weight_adjustment_logs_total_segments CHECK (total_segments >= 0),
  CONSTRAINT chk_weight_adjustment_logs_valid_segments CHECK (valid_segments >= 0)
)`);
    await queryRunner.query(`CREATE INDEX idx_weight_adjustment_logs_date ON weight_adjustment_logs (date)`);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON weight_adjustment_logs TO app_service`);
    await queryRunner.query(
      `COMMENT ON TABLE weight_adjustment_logs IS 'When the weights of the scores were adjusted or left as they were, and why. Written by the learning system, one row a run. (003)'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.id IS 'Random UUID (version 4): neither guessable nor countable.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN weight_adjustment_logs.date IS 'When the run was.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.action IS 'What it did: ''adjusted'', ''skipped'' …'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN weight_adjustment_logs.reason IS 'Why.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.valid_segments IS 'How many segments had samples enough; no more than there are.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.total_segments IS 'How many segments there are.'`,
    );
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.sample_sizes IS 'The number of samples of each segment.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN weight_adjustment_logs.old_weights IS 'The weights before.'`);
    await queryRunner.query(`COMMENT ON COLUMN weight_adjustment_logs.new_weights IS 'The weights from then on.'`);
    await queryRunner.query(
      `COMMENT ON COLUMN weight_adjustment_logs.predicted_improvement IS 'How much better they are expected to do; null: nothing was adjusted.'`,
    );
    await queryRunner.query(`COMMENT ON COLUMN weight_adjustment_logs.created_at IS 'When the row was written.'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE weight_adjustment_logs`);
    await queryRunner.query(`DROP TABLE user_profiles`);
    await queryRunner.query(`DROP TABLE user_engagement_states`);
    await queryRunner.query(`DROP TABLE tasks`);
    await queryRunner.query(`DROP TABLE sessions`);
    await queryRunner.query(`DROP TABLE segmented_weights`);
    await queryRunner.query(`DROP TABLE randomized_experiments`);
    await queryRunner.query(`DROP TABLE message_embeddings`);
    await queryRunner.query(`DROP TABLE learning_events`);
    await queryRunner.query(`DROP TABLE kpi_metrics`);
    await queryRunner.query(`DROP TABLE intent_executions`);
    await queryRunner.query(`DROP TABLE scheduled_intents`);
    await queryRunner.query(`DROP TABLE messages`);
    await queryRunner.query(`DROP TABLE escalations`);
    await queryRunner.query(`DROP TABLE replies`);
    await queryRunner.query(`DROP TABLE engagement_state_transitions`);
    await queryRunner.query(`DROP TABLE engagement_message_queue`);
    await queryRunner.query(`DROP TABLE decisions`);
    await queryRunner.query(`DROP TABLE experiments`);
    await queryRunner.query(`DROP TABLE conversations`);
    await queryRunner.query(`DROP TABLE users`);
    await queryRunner.query(`DROP TABLE competitive_mentions`);
    await queryRunner.query(`DROP TABLE posts`);
    await queryRunner.query(`DROP TABLE competitors`);
    await queryRunner.query(`DROP TABLE community_champions`);
    await queryRunner.query(`DROP TABLE authors`);
    await queryRunner.query(`DROP TABLE audit_logs`);
    await queryRunner.query(`DROP FUNCTION keep_history()`);
    await queryRunner.query(`DROP FUNCTION keep_timestamps()`);
    await queryRunner.query(`DROP FUNCTION keep_until_retention()`);
  }
}
