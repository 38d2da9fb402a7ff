import { declare, type TriggerDeclaration, type TriggerFunction } from './declarations';

type TriggerOptions = Pick<TriggerDeclaration, 'name' | 'timing' | 'events' | 'execute'> &
  Partial<Pick<TriggerDeclaration, 'arguments'>>;

/**
 * A trigger for each row, and the function it executes. A function shared by several tables is made once.
 *
 *     @Trigger({ name: 'keep_history', timing: 'BEFORE', events: ['UPDATE'], execute: refuseChange })
 */
export function Trigger(options: TriggerOptions) {
  return (target: abstract new (...args: never[]) => object): void =>
    declare(target, { kind: 'trigger', arguments: [], ...options });
}

/** A trigger function, to be executed by one or more `Trigger`s. */
export function triggerFunction(definition: TriggerFunction): TriggerFunction {
  return definition;
}
