import { demand, requireCount, requireOneOf } from '../core/checks';
import { activations, type Activation } from '../graph/dense';

/**
 * Refuses invalid settings of a network.
 * @param what the network in messages, such as `paperNetwork`.
 * @param sizes positive whole numbers, by name.
 * @param even positive even numbers, by name.
 * @throws InvalidInputError for an invalid size, or an unknown activation.
 */
export function checkNetworkOptions(
  what: string,
  sizes: Readonly<Record<string, number>>,
  even: Readonly<Record<string, number>>,
  activation: Activation,
): void {
  for (const [name, value] of Object.entries(sizes)) requireCount(`${what} ${name}`, value);
  for (const [name, value] of Object.entries(even))
    demand(`${what} ${name}`, Number.isInteger(value / 2) && value > 0, 'a positive even number', value);
  requireOneOf(`${what} activation`, activation, activations);
}
