import 'reflect-metadata';
import { NEXT_STATES } from '../../src/entities/engagement/transitions';
import { MEDICAL_CLAIMS, SIGNATURE } from '../../src/entities/social/reply.entity';

export const NOW = '2026-01-01T12:00:00Z';

/** What has to hold of the data. */
export interface Rule {
  /** A query for what is wrong. */
  wrong: string;
  /** Changes that break it, each of them alone. */
  broken: string[];
}

/** Whether sizes follow a power law: on logarithmic axes, how many are at least as large is a straight line. */
const notByPowerLaw = (sizes: string, slopes: [number, number]): string => `
  WITH counted AS (SELECT size, sum(count(*)) OVER (ORDER BY size DESC) AS at_least FROM (${sizes}) AS sizes GROUP BY size),
  line AS (
    SELECT regr_slope(ln(at_least), ln(size)) AS slope, regr_r2(ln(at_least), ln(size)) AS straight, max(size) AS largest
    FROM counted WHERE size > 0
  )
  SELECT * FROM line WHERE NOT (straight > 0.96 AND slope BETWEEN ${slopes[0]} AND ${slopes[1]})`;

/** Whether a table's times keep to a rhythm: so many of them by day, so many more on a working day than at the weekend. */
const notByRhythm = (times: string, byDay: number, working: number): string => `
  WITH local AS (SELECT extract(hour FROM at) AS hour, extract(isodow FROM at) AS day FROM (${times}) AS times),
  rhythm AS (
    SELECT avg((hour BETWEEN 6 AND 22)::int) AS by_day,
      (count(*) FILTER (WHERE day <= 5) / 5.0) / greatest(1, count(*) FILTER (WHERE day > 5) / 2.0) AS working
    FROM local
  )
  SELECT * FROM rhythm WHERE NOT (by_day > ${byDay} AND working > ${working})`;

/** Whether too many texts of a column occur before. */
const repetitive = (table: string, column: string, distinct: number): Rule => ({
  wrong: `SELECT share FROM (SELECT count(DISTINCT "${column}")::float / count("${column}") AS share FROM "${table}") AS texts
    WHERE share < ${distinct}`,
  broken: [
    `UPDATE "${table}" SET "${column}" = 'headache ${SIGNATURE}' WHERE id < '80000000-0000-0000-0000-000000000000'`,
  ],
});

/** Any time that a person chose, as their clock had it. */
const chosenTimes = ['conversations', 'tasks', 'scheduled_intents', 'sessions']
  .map(
    (table) => `SELECT t.created_at AT TIME ZONE p.timezone AS at FROM ${table} t JOIN user_profiles p USING (user_id)`,
  )
  .join(' UNION ALL ');

/** One row in sixteen: enough to break a rule that holds for each. */
const FEW = `id < '10000000-0000-0000-0000-000000000000'`;

export const RULES: Record<string, Rule> = {
  'posts per author follow a power law': {
    wrong: notByPowerLaw('SELECT count(*) AS size FROM posts GROUP BY author_id', [-2.1, -1.1]),
    broken: [`UPDATE posts SET author_id = (ARRAY(SELECT id FROM authors))[1 + abs(hashtext(posts.id::text)) % 1500]`],
  },
  'followers follow a power law': {
    wrong: notByPowerLaw('SELECT follower_count AS size FROM authors', [-0.9, -0.5]),
    broken: [`UPDATE authors SET follower_count = abs(hashtext(id::text)) % 1000000`],
  },
  'people keep the hours of their time zone, and few at weekends': {
    wrong: notByRhythm(chosenTimes, 0.95, 2),
    broken: [
      `UPDATE user_profiles SET timezone = 'Asia/Tokyo'`,
      `UPDATE conversations SET created_at = created_at + interval '2 days' * (random() * 3)`,
    ],
  },
  'authors post in the daytime of America and Europe, and less at weekends': {
    wrong: notByRhythm(`SELECT detected_at AT TIME ZONE 'America/Chicago' AS at FROM posts`, 0.8, 1.15),
    broken: [`UPDATE posts SET detected_at = detected_at - interval '7 days' * random()`],
  },
  'posts thin out on their way to a posted reply': {
    wrong: `
      WITH steps AS (
        SELECT (SELECT count(*) FROM posts) AS found, (SELECT count(processed_at) FROM posts) AS processed,
          (SELECT count(*) FROM decisions) AS decided, (SELECT count(*) FROM decisions WHERE mode <> 'DISENGAGED') AS engaged,
          (SELECT count(approved_at) FROM replies) AS reviewed,
          (SELECT count(*) FROM replies WHERE approval_status IN ('APPROVED', 'AUTO_APPROVED')) AS approved,
          (SELECT count(posted_at) FROM replies) AS posted
      )
      SELECT * FROM steps
      WHERE NOT (found > processed AND processed > decided AND decided > engaged AND engaged > approved
        AND reviewed > approved AND approved > posted AND posted > 0.1 * found)`,
    broken: [`UPDATE replies SET posted_at = NULL`, `UPDATE posts SET processed_at = detected_at`],
  },
  'only decisions to engage are replied to': {
    wrong: `SELECT d.id FROM decisions d LEFT JOIN replies r ON r.decision_id = d.id GROUP BY d.id
      HAVING (d.mode = 'DISENGAGED') <> (count(r.id) = 0)`,
    broken: [`UPDATE decisions SET mode = 'DISENGAGED' WHERE ${FEW}`],
  },
  'an intent knows its executions': {
    wrong: `
      WITH done AS (
        SELECT intent_id, count(*) AS times, max(executed_at) AS at, min(executed_at) AS first, bool_and(e.user_id = i.user_id) AS own
        FROM intent_executions e JOIN scheduled_intents i ON i.id = e.intent_id GROUP BY intent_id
      )
      SELECT i.id FROM scheduled_intents i LEFT JOIN done ON done.intent_id = i.id
      LEFT JOIN intent_executions last ON last.intent_id = i.id AND last.executed_at = done.at
      WHERE i.execution_count <> coalesce(done.times, 0) OR NOT done.own OR done.first < i.created_at OR done.times > i.max_executions
        OR (i.last_executed, i.last_execution_status, i.last_execution_error, i.last_message_id)
          IS DISTINCT FROM (done.at, last.status, last.error_message, last.message_id)
        OR i.last_checked < i.last_executed OR last.trigger_type <> i.trigger_type`,
    broken: [
      `UPDATE scheduled_intents SET execution_count = execution_count + 1 WHERE ${FEW}`,
      `UPDATE scheduled_intents SET last_executed = last_executed - interval '1 second'`,
      `UPDATE intent_executions SET status = 'gate_blocked' WHERE ${FEW}`,
      `DELETE FROM intent_executions WHERE status = 'failed'`,
    ],
  },
  'an execution says what became of it': {
    wrong: `SELECT e.id FROM intent_executions e LEFT JOIN messages m ON m.id = e.message_id
      WHERE (e.status = 'failed') <> (e.error_message IS NOT NULL) OR (e.status = 'success') <> (e.message_preview IS NOT NULL)
        OR m.created_at < e.executed_at OR m.user_id <> e.user_id OR m.role = 'user'`,
    broken: [
      `UPDATE intent_executions SET status = 'success' WHERE status = 'failed'`,
      `UPDATE intent_executions SET executed_at = now() WHERE ${FEW}`,
    ],
  },
  'a person is in the state that the last transition led to, by legal ones': {
    wrong: `
      WITH walked AS (
        SELECT *, lag(to_state) OVER life AS before, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC) AS nth_last
        FROM engagement_state_transitions WINDOW life AS (PARTITION BY user_id ORDER BY created_at)
      )
      SELECT t.id FROM walked t LEFT JOIN user_engagement_states s USING (user_id)
      WHERE t.from_state IS DISTINCT FROM t.before
        OR (t.from_state IS NULL AND t.to_state <> 'active')
        OR (t.from_state IS NOT NULL AND NOT ('${JSON.stringify(NEXT_STATES)}'::jsonb -> t.from_state) ? t.to_state)
        OR (nth_last = 1 AND s.state IS DISTINCT FROM t.to_state)
        OR (s.goodbye_expires_at IS NOT NULL) <> (s.state = 'goodbye_sent') OR (s.remind_at IS NOT NULL) <> (s.state = 'remind_later')`,
    broken: [
      `UPDATE user_engagement_states SET state = 'dormant', goodbye_expires_at = NULL, remind_at = NULL`,
      `UPDATE engagement_state_transitions SET from_state = 'dormant', to_state = 'help_flow' WHERE from_state = 'active'`,
      `UPDATE engagement_state_transitions SET created_at = created_at - interval '1 year' WHERE to_state = 'dormant'`,
    ],
  },
  'a thread starts with the person, who takes turns with the assistant as time goes on': {
    wrong: `
      WITH thread AS (
        SELECT m.*, c.created_at AS begun, c.updated_at AS ended, lag(m.created_at) OVER said AS before, lag(m.role) OVER said AS other,
          row_number() OVER (PARTITION BY conversation_id ORDER BY m.created_at DESC) AS nth_last
        FROM messages m JOIN conversations c ON c.id = m.conversation_id WINDOW said AS (PARTITION BY conversation_id ORDER BY m.created_at)
      )
      SELECT id FROM thread
      WHERE (before IS NULL AND (role <> 'user' OR created_at < begun)) OR created_at <= before OR role = other
        OR role NOT IN ('user', 'assistant') OR (nth_last = 1 AND created_at <> ended)
      UNION ALL SELECT id FROM conversations c WHERE NOT EXISTS (SELECT FROM messages WHERE conversation_id = c.id)`,
    broken: [
      `UPDATE messages SET role = 'assistant' WHERE ${FEW}`,
      `UPDATE messages SET created_at = created_at - interval '1 hour' WHERE role = 'assistant' AND ${FEW}`,
      `UPDATE conversations SET created_at = now() WHERE ${FEW}`,
    ],
  },
  'variants share the decisions as traffic_split says': {
    // Four standard deviations: chance alone is beyond them once in 16,000 experiments.
    wrong: `
      WITH shares AS (
        SELECT e.id, e.traffic_split AS split, count(*) AS decisions, avg((d.experiment_variant = e.variant_b)::int) AS share,
          bool_and(d.experiment_variant IN (e.variant_a, e.variant_b)
            AND d.created_at >= e.start_date AND (e.end_date IS NULL OR d.created_at < e.end_date)) AS fit
        FROM experiments e JOIN decisions d ON d.experiment_id = e.id GROUP BY e.id
      )
      SELECT id::text, share FROM shares WHERE NOT fit OR abs(share - split) > 4 * sqrt(split * (1 - split) / decisions)
      UNION ALL SELECT 'too few', sum(decisions) FROM shares HAVING coalesce(sum(decisions), 0) < 500
      UNION ALL SELECT id::text, NULL FROM decisions WHERE (experiment_id IS NULL) <> (experiment_variant IS NULL)`,
    broken: [
      `UPDATE decisions SET experiment_variant = e.variant_a FROM experiments e WHERE e.id = experiment_id`,
      `UPDATE experiments SET traffic_split = 1 - traffic_split + 0.1 * (traffic_split = 0.5)::int`,
      `UPDATE decisions SET experiment_variant = NULL WHERE ${FEW}`,
    ],
  },
  'a randomized experiment and its decision agree': {
    wrong: `SELECT d.id FROM decisions d LEFT JOIN randomized_experiments r ON r.decision_id = d.id
      WHERE d.is_randomized_experiment <> (r.id IS NOT NULL) OR r.actual_mode <> d.mode OR r.predicted_mode <> d.predicted_mode`,
    broken: [
      `UPDATE decisions SET is_randomized_experiment = NOT is_randomized_experiment WHERE ${FEW}`,
      `UPDATE randomized_experiments SET actual_mode = CASE actual_mode WHEN 'HELPFUL' THEN 'HYBRID' ELSE 'HELPFUL' END`,
    ],
  },
  'replies are signed and claim no healing': {
    wrong: `SELECT id FROM replies WHERE position('${SIGNATURE}' IN content) = 0 OR content ~* '(${MEDICAL_CLAIMS.join('|')})'`,
    broken: [
      `ALTER TABLE replies DROP CONSTRAINT chk_replies_content_signature; UPDATE replies SET content = 'Drink a glass of water.'`,
      ...MEDICAL_CLAIMS.map(
        (claim) =>
          `ALTER TABLE replies DROP CONSTRAINT chk_replies_content_claims; UPDATE replies SET content = content || ' ${claim.toUpperCase()}s'`,
      ),
    ],
  },
  'no two accounts or people have one name': {
    wrong: `SELECT lower(handle) FROM authors GROUP BY 1 HAVING count(*) > 1 UNION ALL SELECT lower(email) FROM users GROUP BY 1 HAVING count(*) > 1
      UNION ALL SELECT utm_code FROM replies GROUP BY 1 HAVING count(*) > 1`,
    broken: [`UPDATE authors SET handle = 'one'`, `UPDATE replies SET utm_code = 'one'`],
  },
  'a post is seen by an author who is there, on their platform': {
    wrong: `SELECT p.id FROM posts p JOIN authors a ON a.id = p.author_id
      WHERE p.platform <> a.platform OR p.detected_at NOT BETWEEN a.first_seen_at AND a.last_seen_at
        OR p.detected_at < '${NOW}'::timestamptz - interval '90 days'`,
    broken: [`UPDATE posts SET platform = 'REDDIT' WHERE ${FEW}`, `UPDATE authors SET last_seen_at = first_seen_at`],
  },
  'most rows are messages, posts, decisions and executions': {
    wrong: `
      SELECT * FROM (
        SELECT sum(rows) FILTER (WHERE relname IN ('messages', 'posts', 'decisions', 'intent_executions')) / sum(rows) AS many,
          sum(rows) FILTER (WHERE relname IN ('kpi_metrics', 'competitors', 'experiments', 'learning_events', 'weight_adjustment_logs')) / sum(rows) AS few
        FROM (SELECT relname, (xpath('//c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', relname), false, false, '')))[1]::text::numeric AS rows
          FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS counts
      ) AS shares WHERE NOT (many > 0.5 AND few < 0.1)`,
    broken: [`DELETE FROM messages; DELETE FROM intent_executions`],
  },
  'posts are varied': repetitive('posts', 'content', 0.98),
  'messages are varied': repetitive('messages', 'content', 0.95),
  'replies are varied': repetitive('replies', 'content', 0.95),
  'tasks are varied': repetitive('tasks', 'title', 0.9),
  'conversations are varied': repetitive('conversations', 'title', 0.7),
};
