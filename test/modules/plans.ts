import type { DataSource, EntityManager, EntitySubscriberInterface } from 'typeorm';
import type { BeforeQueryEvent } from 'typeorm/subscriber/event/QueryEvent';

/** How PostgreSQL would run a statement. */
export interface StatementPlan {
  statement: string;
  /** The indexes that it reads, without repetition, in the order of the plan. */
  indexes: string[];
  /** The tables that it reads from one end to the other. */
  sequential: string[];
  /** Whether it sorts all that it finds before it gives any of it. */
  sorts: boolean;
}

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

/**
 * The plans of the statements that `work` gives, with the values that it gives them, in their order; those of transactions
 * and SET apart. They are asked for by `manager`, which may act as a person: row-level security is part of a plan.
 */
export async function plansOf(
  dataSource: DataSource,
  work: () => Promise<unknown>,
  manager: EntityManager = dataSource.manager,
): Promise<StatementPlan[]> {
  const given: BeforeQueryEvent[] = [];
  const listener: EntitySubscriberInterface = { beforeQuery: (event) => void given.push(event) };
  dataSource.subscribers.push(listener);
  try {
    await work();
  } finally {
    dataSource.subscribers.splice(dataSource.subscribers.indexOf(listener), 1);
  }
  const plans: StatementPlan[] = [];
  for (const { query, parameters } of given) {
    if (!/^\s*(SELECT(?! set_config)|INSERT|UPDATE|DELETE|WITH)\b/i.test(query)) continue;
    const rows = await manager.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }[]>(
      `EXPLAIN (FORMAT JSON) ${query}`,
      parameters as unknown[],
    );
    plans.push({ statement: query, ...read(rows[0]['QUERY PLAN'][0].Plan) });
  }
  return plans;
}

function read(plan: PlanNode): Omit<StatementPlan, 'statement'> {
  const nodes = [...every(plan)];
  const names = (found: (string | undefined)[]) => [...new Set(found.filter((name) => name !== undefined))];
  return {
    indexes: names(nodes.map((node) => node['Index Name'])),
    sequential: names(nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'])),
    sorts: nodes.some((node) => node['Node Type'] === 'Sort'),
  };
}

function* every(node: PlanNode): Generator<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* every(child);
}
