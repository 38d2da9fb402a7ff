import { classValidator } from './validation';

/** A property that may be left out, because its column has a default, but that must not be null: the other rules hold then. */
export function HasDefault(): PropertyDecorator {
  return classValidator?.ValidateIf((_object, value) => value !== undefined) ?? (() => undefined);
}
