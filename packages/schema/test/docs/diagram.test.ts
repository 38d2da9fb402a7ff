import { diagramOf, overviewOf } from '../../src/docs/diagram';
import { aColumn, aForeignKey, aTable, aUniqueConstraint } from '../catalogs';

const users = aTable('users', {
  columns: [aColumn('id', 'uuid'), aColumn('balance', 'numeric(12,6)'), aColumn('weight', 'double precision')],
  constraints: [{ ...aUniqueConstraint(['id']), kind: 'primary key' }],
});
const profiles = aTable('profiles', {
  columns: [aColumn('user_id', 'uuid'), aColumn('mentor_id', 'uuid', { nullable: true }), aColumn('tags', 'text[]')],
  constraints: [
    aUniqueConstraint(['user_id']),
    aUniqueConstraint(['user_id', 'mentor_id']),
    aForeignKey(['user_id'], 'users'),
    aForeignKey(['mentor_id'], 'users'),
  ],
});

describe('diagramOf', () => {
  it('shows columns with their keys, and which end of a foreign key may have none or many', () => {
    expect(diagramOf([users, profiles]).split('\n')).toEqual([
      '```mermaid',
      'erDiagram',
      '  users {',
      '    uuid id PK',
      '    numeric balance',
      '    double_precision weight',
      '  }',
      '  profiles {',
      '    uuid user_id UK, FK',
      '    uuid mentor_id FK',
      '    text[] tags',
      '  }',
      '  users ||--o| profiles : "user_id"',
      '  users |o--o{ profiles : "mentor_id"',
      '```',
    ]);
  });
});

describe('overviewOf', () => {
  it('leaves the columns out, and shows a table without foreign keys as a box', () => {
    expect(overviewOf([users, profiles]).split('\n')).toEqual([
      '```mermaid',
      'erDiagram',
      '  users',
      '  profiles',
      '  users ||--o| profiles : "user_id"',
      '  users |o--o{ profiles : "mentor_id"',
      '```',
    ]);
  });
});
