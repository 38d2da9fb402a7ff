interface AuditOptions<K extends string> {
  /** Properties whose change is logged, and never what they hold: secrets, and what must not outlive a person's account. */
  withheld?: readonly K[];
  /** Properties whose change is no event: what changes by itself. */
  except?: readonly K[];
}

const audited = new Map<object, AuditOptions<string>>();

/** An entity whose every change is written to audit_logs, with who made it; see src/audit. */
export function Audited<K extends string = never>(options: AuditOptions<K> = {}) {
  return <T extends abstract new (...args: never[]) => Record<K, unknown>>(target: T): void => {
    audited.set(target, options);
  };
}

/** What `Audited` says of an entity; undefined: it is not audited. */
export function auditOf(entity: object): AuditOptions<string> | undefined {
  return audited.get(entity);
}
