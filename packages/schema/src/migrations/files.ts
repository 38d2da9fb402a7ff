import type { Change } from '../changes/change';
import type { HazardKind } from '../changes/hazards';
import type { Stage } from '../plan/stages';

/** A migration to be written. */
export interface MigrationFile {
  /** `<timestamp>-<Name>.ts` */
  fileName: string;
  source: string;
}

/** Why a danger is acceptable, by its kind: written into the migration, where the lint looks for it. */
export type Acknowledgements = Partial<Record<HazardKind, string>>;

/** What a stage adds to the migration's name, where a change needs several. */
const SUFFIXES: Record<Stage['phase'], string> = { main: '', concurrent: 'Indexes', validate: 'Validation' };

/**
 * A migration file for each stage of a change. Their timestamps rise by one, so that they run in this order.
 *
 * @param name the change's name in CamelCase
 * @param timestamp milliseconds since 1970, that of the first file
 */
export function migrationFiles(
  name: string,
  timestamp: number,
  stages: Stage[],
  acknowledgements: Acknowledgements,
): MigrationFile[] {
  const taken = new Map<string, number>();
  return stages.map((stage, index) => {
    const wanted = stages.length === 1 ? name : `${name}${SUFFIXES[stage.phase]}`;
    const times = (taken.get(wanted) ?? 0) + 1;
    taken.set(wanted, times);
    const stageName = times === 1 ? wanted : `${wanted}${times}`;
    return {
      fileName: `${timestamp + index}-${stageName}.ts`,
      source: migrationSource(`${stageName}${timestamp + index}`, stage, acknowledgements),
    };
  });
}

function migrationSource(className: string, { phase, up, down }: Stage, acknowledgements: Acknowledgements): string {
  const reasons = Object.entries(acknowledgements).filter(([kind]) => up.some(({ hazard }) => hazard?.kind === kind));
  const members = [
    `  readonly name = '${className}';`,
    phase === 'concurrent' &&
      '  /** CREATE INDEX CONCURRENTLY can not run in a transaction. Repeatable after a failure. */\n  readonly transaction = false;',
    reasons.length > 0 &&
      `  /** The dangers of this migration, and why they are acceptable. */\n  readonly acknowledged = {\n${reasons
        .map(([kind, reason]) => `    '${kind}': ${JSON.stringify(reason)},`)
        .join('\n')}\n  };`,
    method('up', up),
    method('down', down),
  ].filter(Boolean);
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
${up.flatMap(headerLines).join('\n')}
 */
export class ${className} implements MigrationInterface {
${members.join('\n\n')}
}
`;
}

/** What a change does, in words, and its danger where there is one. */
function headerLines({ summary, hazard }: Change): string[] {
  const lines = [` * - ${summary}`, ...(hazard ? [` *   ${hazard.kind}: ${hazard.message}`] : [])];
  return lines.map((line) => line.replaceAll('*/', '* /'));
}

function method(name: 'up' | 'down', changes: Change[]): string {
  const queries = changes
    .flatMap(({ statements }) => statements)
    .map((sql) => `    await queryRunner.query(\`${templateLiteral(sql)}\`);`);
  return `  async ${name}(queryRunner: QueryRunner): Promise<void> {\n${queries.join('\n')}\n  }`;
}

function templateLiteral(sql: string): string {
  return sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
}
