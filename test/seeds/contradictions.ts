/** Queries that find rows that contradict others, or what DATA_MODEL says of them. */
export const contradictions: [name: string, query: string][] = [
  [
    'a transition’s from_state is the state before it',
    `
      SELECT * FROM (SELECT *, lag(to_state) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE from_state IS DISTINCT FROM before`,
  ],
  [
    'a transition is a legal one',
    `
      SELECT * FROM engagement_state_transitions
      WHERE from_state IS NULL AND to_state <> 'active' OR from_state IS NOT NULL AND (from_state, to_state) NOT IN (
        ('active', 'goodbye_sent'), ('goodbye_sent', 'active'), ('goodbye_sent', 'help_flow'),
        ('goodbye_sent', 'remind_later'), ('goodbye_sent', 'dormant'), ('help_flow', 'active'), ('help_flow', 'dormant'),
        ('remind_later', 'active'), ('remind_later', 'goodbye_sent'), ('remind_later', 'dormant'), ('dormant', 'active'))`,
  ],
  [
    'an engagement state is that of the last transition',
    `
      SELECT * FROM user_engagement_states AS s WHERE (state, updated_at) IS DISTINCT FROM (
        SELECT (to_state, created_at) FROM engagement_state_transitions AS t WHERE t.user_id = s.user_id
        ORDER BY created_at DESC LIMIT 1)`,
  ],
  [
    'an engagement state’s moments fit it',
    `
      SELECT * FROM user_engagement_states
      WHERE (state = 'remind_later') <> (remind_at IS NOT NULL) OR (state = 'goodbye_sent') <> (goodbye_expires_at IS NOT NULL)
        OR state = 'active' AND goodbye_sent_at IS NOT NULL OR state = 'goodbye_sent' AND goodbye_sent_at IS NULL`,
  ],
  [
    'a person was active when their transitions say so',
    `
      SELECT * FROM user_engagement_states AS s JOIN LATERAL (
        SELECT * FROM engagement_state_transitions AS t WHERE t.user_id = s.user_id AND to_state <> 'dormant'
        ORDER BY created_at DESC LIMIT 1) AS t ON true
      WHERE CASE WHEN state = 'active' THEN last_activity_at NOT BETWEEN t.created_at AND '2026-01-01T12:00Z'
        ELSE last_activity_at <> t.created_at - make_interval(days => coalesce((metadata ->> 'inactiveDays')::integer, 0)) END`,
  ],
  [
    'nobody was inactive longer than since the transition before',
    `
      SELECT * FROM (SELECT *, lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE created_at - before < make_interval(days => (metadata ->> 'inactiveDays')::integer)`,
  ],
  [
    'a goodbye is answered before it expires, or makes dormant when it does',
    `
      SELECT * FROM (SELECT *, lag(created_at) OVER (PARTITION BY user_id ORDER BY created_at) AS before
                     FROM engagement_state_transitions) AS t
      WHERE from_state = 'goodbye_sent' AND (created_at - before > interval '48 h' OR (to_state = 'dormant') <> (created_at - before = interval '48 h'))`,
  ],
  [
    'a goodbye that waits has not expired',
    `
      SELECT * FROM user_engagement_states WHERE goodbye_expires_at < '2026-01-01T12:00Z'`,
  ],
  [
    'an intent’s executions add up',
    `
      SELECT i.id FROM scheduled_intents AS i LEFT JOIN intent_executions AS e ON e.intent_id = i.id
      GROUP BY i.id HAVING execution_count <> count(e.id)`,
  ],
  [
    'an intent’s last execution is its last execution',
    `
      SELECT * FROM scheduled_intents AS i
      LEFT JOIN LATERAL (SELECT * FROM intent_executions WHERE intent_id = i.id ORDER BY executed_at DESC LIMIT 1) AS e ON true
      WHERE (last_executed, last_execution_status, last_execution_error, last_message_id)
        IS DISTINCT FROM (e.executed_at, e.status, e.error_message, e.message_id)`,
  ],
  [
    'an intent has not fired oftener than it may',
    `
      SELECT * FROM scheduled_intents WHERE execution_count > max_executions OR enabled AND execution_count >= max_executions`,
  ],
  [
    'an execution is the intent’s: person, trigger, time',
    `
      SELECT * FROM intent_executions AS e JOIN scheduled_intents AS i ON i.id = intent_id
      WHERE e.user_id <> i.user_id OR e.trigger_type <> i.trigger_type OR executed_at < i.created_at`,
  ],
  [
    'an execution’s message was sent to its person by the assistant just after it',
    `
      SELECT * FROM intent_executions AS e JOIN messages AS m ON m.id = message_id
      WHERE e.user_id <> m.user_id OR role <> 'assistant' OR status <> 'success' OR NOT starts_with(content, message_preview)
        OR m.created_at NOT BETWEEN executed_at AND executed_at + interval '10 s'`,
  ],
  [
    'a thread begins with the user and takes turns',
    `
      SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY conversation_id ORDER BY created_at) AS turn FROM messages) AS m
      WHERE role <> CASE turn % 2 WHEN 1 THEN 'user' ELSE 'assistant' END`,
  ],
  [
    'a thread’s times ascend, from its beginning to its last change',
    `
      SELECT c.id FROM conversations AS c JOIN messages AS m ON m.conversation_id = c.id
      GROUP BY c.id HAVING count(DISTINCT m.created_at) <> count(*) OR min(m.created_at) < c.created_at OR max(m.created_at) <> c.updated_at`,
  ],
  [
    'an embedding is of length 1',
    `
      SELECT * FROM message_embeddings WHERE abs(vector_norm(embedding) - 1) > 0.01`,
  ],
  [
    'a power user’s tier is that of their followers',
    `
      SELECT * FROM authors WHERE is_power_user <> (power_tier IS NOT NULL) OR power_tier IS DISTINCT FROM CASE
        WHEN follower_count >= 1000000 THEN 'MEGA' WHEN follower_count >= 100000 THEN 'MACRO' WHEN follower_count >= 10000 THEN 'MICRO' END`,
  ],
  [
    'a post is its author’s: platform, time',
    `
      SELECT * FROM posts AS p JOIN authors AS a ON a.id = author_id
      WHERE p.platform <> a.platform OR detected_at NOT BETWEEN first_seen_at AND last_seen_at`,
  ],
  [
    'a post is not older than retention allows',
    `
      SELECT * FROM posts WHERE detected_at < timestamptz '2026-01-01T12:00Z' - interval '90 days'`,
  ],
  [
    'a post contains its keywords',
    `
      SELECT * FROM posts, unnest(keyword_matches) AS keyword WHERE position(keyword IN lower(content)) = 0`,
  ],
  [
    'a post with a decision has been processed, and is no spam',
    `
      SELECT * FROM posts AS p JOIN decisions AS d ON post_id = p.id
      WHERE processed_at IS NULL OR spam_filtered OR d.created_at < processed_at`,
  ],
  [
    'a decision is its post’s: power user, competitor',
    `
      SELECT d.* FROM decisions AS d JOIN posts AS p ON p.id = post_id JOIN authors AS a ON a.id = author_id
      WHERE d.is_power_user <> a.is_power_user OR (competitor_detected IS NOT NULL AND position(competitor_detected IN content) = 0)
        OR (competitor_detected IS NULL) <> NOT EXISTS (SELECT FROM competitive_mentions AS m WHERE m.post_id = p.id)`,
  ],
  [
    'a decision’s variant is one of its experiment’s, in its time',
    `
      SELECT * FROM decisions AS d LEFT JOIN experiments AS e ON e.id = experiment_id
      WHERE (experiment_variant IS NULL) <> (e.id IS NULL) OR experiment_variant NOT IN (variant_a, variant_b)
        OR d.created_at NOT BETWEEN start_date AND coalesce(end_date, 'infinity')`,
  ],
  [
    'a decision not to answer has no replies, and every other has',
    `
      SELECT * FROM decisions AS d
      WHERE (mode = 'DISENGAGED') = EXISTS (SELECT FROM replies WHERE decision_id = d.id) OR (mode = 'DISENGAGED') <> (archetype IS NULL)`,
  ],
  [
    'a mode drawn by lot is recorded',
    `
      SELECT * FROM decisions AS d LEFT JOIN randomized_experiments AS r ON decision_id = d.id
      WHERE is_randomized_experiment <> (r.id IS NOT NULL) OR r.actual_mode <> mode OR r.predicted_mode <> d.predicted_mode`,
  ],
  [
    'a reply is its decision’s: platform, post, archetype, time',
    `
      SELECT * FROM replies AS r JOIN decisions AS d ON d.id = decision_id JOIN posts AS p ON p.id = post_id
      WHERE r.platform <> p.platform OR r.platform_post_id <> p.platform_post_id OR r.archetype <> d.archetype OR r.created_at < d.created_at`,
  ],
  [
    'a reply is approved, posted and deleted in this order',
    `
      SELECT * FROM replies
      WHERE approved_at < created_at OR posted_at < approved_at OR deleted_at < posted_at OR (approval_status = 'PENDING') <> (approved_at IS NULL)
        OR deleted_at IS NOT NULL AND posted_at IS NULL OR posted_at IS NOT NULL AND approved_at IS NULL`,
  ],
  [
    'a mention is answered when a reply to the post is posted',
    `
      SELECT * FROM competitive_mentions AS m WHERE replied <> EXISTS (
        SELECT FROM replies AS r JOIN decisions AS d ON d.id = decision_id WHERE d.post_id = m.post_id AND posted_at IS NOT NULL)`,
  ],
  [
    'an escalation is about one post',
    `
      SELECT * FROM escalations AS e JOIN decisions AS d ON d.id = e.decision_id LEFT JOIN replies AS r ON r.id = reply_id
      WHERE e.post_id IS DISTINCT FROM d.post_id OR r.decision_id <> d.id OR e.resolved_at < e.created_at
        OR (status = 'OPEN') <> (assigned_to IS NULL) OR (resolved_at IS NULL) <> (resolved_by IS NULL)`,
  ],
  [
    'a champion who answered was asked',
    `
      SELECT * FROM community_champions WHERE dm_response <> 'NONE' AND dm_sent_at IS NULL OR converted AND NOT sample_sent`,
  ],
  [
    'an experiment’s winner is one of its variants',
    `
      SELECT * FROM experiments
      WHERE winner NOT IN (variant_a, variant_b) OR (status = 'COMPLETED') <> (results_json IS NOT NULL) OR (status = 'DRAFT') <> (start_date IS NULL)`,
  ],
  [
    'a run’s old weights are the new ones of the run before',
    `
      SELECT * FROM (SELECT *, lag(new_weights) OVER (ORDER BY date) AS before FROM weight_adjustment_logs) AS w
      WHERE before <> old_weights OR (action = 'skipped') <> (predicted_improvement IS NULL)`,
  ],
  [
    'a day has each metric of each platform once',
    `
      SELECT date FROM kpi_metrics GROUP BY date
      HAVING count(*) <> 15 OR count(DISTINCT platform) <> 3 OR count(DISTINCT metric_type) <> 5`,
  ],
  [
    'a message in the queue has a history that fits its status',
    `
      SELECT * FROM engagement_message_queue
      WHERE scheduled_for < created_at OR sent_at < scheduled_for OR (retry_count = 0) <> (error_message IS NULL)
        OR status = 'pending' AND scheduled_for < '2026-01-01T12:00Z'`,
  ],
  [
    'a message in the queue goes where its person wants it',
    `
      SELECT * FROM engagement_message_queue AS q JOIN user_profiles AS p USING (user_id) WHERE destination <> preferred_destination`,
  ],
  [
    'a person has signed in when their last session began',
    `
      SELECT * FROM users AS u
      WHERE last_login IS DISTINCT FROM (SELECT max(created_at) FROM sessions AS s WHERE s.user_id = u.id)`,
  ],
  [
    'what an audit log speaks of exists',
    `
      SELECT * FROM audit_logs
      WHERE entity_id NOT IN (SELECT id FROM replies WHERE entity_type = 'reply' UNION ALL SELECT id FROM escalations WHERE entity_type = 'escalation')`,
  ],
];
