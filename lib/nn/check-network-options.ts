import { InvalidInputError } from '../core/errors';
import type { Activation } from '../graph/dense';

const activations: readonly Activation[] = ['linear', 'relu', 'elu', 'tanh', 'silu'];

/**
 * Refuses settings of a network that are none.
 * @param what the network in messages, such as `scoreNetwork`.
 * @param sizes positive whole numbers, by name.
 * @param even positive even numbers, by name.
 * @throws InvalidInputError for a size that is none, or an unknown activation.
 */
export function checkNetworkOptions(
  what: string,
  sizes: Readonly<Record<string, number>>,
  even: Readonly<Record<string, number>>,
  activation: Activation,
): void {
  const check = (name: string, value: number, unit: number, expected: string): void => {
    if (!Number.isInteger(value / unit) || value < 1)
      throw new InvalidInputError(`${what} ${name}`, { expected, received: String(value) });
  };
  for (const [name, value] of Object.entries(sizes)) check(name, value, 1, 'a positive whole number');
  for (const [name, value] of Object.entries(even)) check(name, value, 2, 'a positive even number');
  if (!activations.includes(activation))
    throw new InvalidInputError(`${what} activation`, {
      expected: activations.join(', '),
      received: String(activation),
    });
}
