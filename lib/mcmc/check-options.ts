import { InvalidInputError } from '../core/errors';

/** Refuses a number for which `holds` is false. */
export function requireNumber(
  what: string,
  value: number,
  expected: string,
  holds: (value: number) => boolean = () => true,
): void {
  if (!(typeof value === 'number' && holds(value)))
    throw new InvalidInputError(what, { expected: `a number ${expected}`, received: String(value) });
}

/** Refuses what is not a whole number of at least `least`. */
export function requireCount(what: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least)
    throw new InvalidInputError(what, { expected: `a whole number of at least ${least}`, received: String(value) });
}
