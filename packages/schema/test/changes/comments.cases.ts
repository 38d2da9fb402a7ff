import type { SchemaCase } from './case';
import { text, TITLES } from './case-parts';
import { comment, entity } from '../entities';

export const comments: SchemaCase[] = [
  {
    title: "A table's comment",
    source: 'Atlas: diff_test, add comment',
    before: () => [entity('tasks', { title: text() })],
    after: () => [entity('tasks', { title: text() }, comment(`What is to do: "all", 'it' \`q\` \${x} and \\.`))],
    rows: TITLES,
    up: {
      main: [`COMMENT ON TABLE tasks IS 'What is to do: "all", ''it'' \`q\` \${x} and \\.'`],
    },
  },
  {
    title: 'Another comment on a column',
    source: 'Atlas: column-comment',
    before: () => [entity('tasks', { title: text({ comment: 'Its name.' }) })],
    after: () => [entity('tasks', { title: text({ comment: "Its owner's name for it." }) })],
    rows: TITLES,
    up: {
      main: [`COMMENT ON COLUMN tasks.title IS 'Its owner''s name for it.'`],
    },
  },
  {
    title: 'No comment any more',
    source: 'Atlas: diff_test, drop comment',
    before: () => [entity('tasks', { title: text({ comment: 'Its name.' }) }, comment('What is to do.'))],
    after: () => [entity('tasks', { title: text() })],
    rows: TITLES,
    up: {
      main: ['COMMENT ON COLUMN tasks.title IS NULL', 'COMMENT ON TABLE tasks IS NULL'],
    },
  },
];
