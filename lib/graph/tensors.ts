import * as tf from '@tensorflow/tfjs';
import { demand, refuse } from '../core/checks';

/** A tensor, or any nesting of arrays and records of tensors. */
export type Tensors = tf.Tensor | readonly Tensors[] | { readonly [name: string]: Tensors };

/** The tensors of a nesting, in the order of its arrays and of its records' sorted keys. */
export function flatten(tensors: Tensors, what: string): tf.Tensor[] {
  const leaves: tf.Tensor[] = [];
  walk(tensors, what, (leaf) => leaves.push(leaf));
  return leaves;
}

/** The nesting of `like` with its tensors replaced, in `flatten`'s order. */
export function unflatten<T extends Tensors>(like: T, leaves: readonly tf.Tensor[]): T {
  let next = 0;
  const build = (node: Tensors): Tensors => {
    if (node instanceof tf.Tensor) return leaves[next++];
    if (Array.isArray(node)) return node.map(build);
    const record: Record<string, Tensors> = { ...(node as Record<string, Tensors>) };
    for (const [name, child] of entries(node as Record<string, Tensors>)) record[name] = build(child);
    return record;
  };
  return build(like) as T;
}

/** A nesting's form as text, shapes and dtypes included: equal texts mean that one graph serves both. */
export function signature(tensors: Tensors, what: string): string {
  if (tensors instanceof tf.Tensor) return `${tensors.dtype}[${tensors.shape.join(',')}]`;
  if (Array.isArray(tensors)) return `(${tensors.map((child, i) => signature(child, `${what}[${i}]`)).join(';')})`;
  if (isRecord(tensors)) {
    return `{${entries(tensors)
      .map(([name, child]) => `${JSON.stringify(name)}:${signature(child as Tensors, `${what}.${name}`)}`)
      .join(';')}}`;
  }
  refuseOther(what, tensors);
}

function walk(node: unknown, what: string, visit: (leaf: tf.Tensor) => void): void {
  if (node instanceof tf.Tensor) {
    demand(what, !node.isDisposed, 'a tensor', 'a tensor that was disposed of');
    visit(node);
  } else if (Array.isArray(node)) node.forEach((child, i) => walk(child, `${what}[${i}]`, visit));
  else if (isRecord(node)) entries(node).forEach(([name, child]) => walk(child, `${what}.${name}`, visit));
  else refuseOther(what, node);
}

function entries<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Plain objects, also those of another realm, such as a notebook's. */
function isRecord(node: unknown): node is Record<string, unknown> {
  if (typeof node !== 'object' || node === null) return false;
  const prototype: unknown = Object.getPrototypeOf(node);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuseOther(what: string, node: unknown): never {
  const received =
    node instanceof Promise
      ? 'a promise'
      : node === null
        ? 'null'
        : typeof node === 'object'
          ? `a ${node?.constructor?.name}`
          : `the ${typeof node} ${String(node)}`;
  const remedy =
    node instanceof Promise
      ? 'Compiled functions are synchronous.'
      : 'Numbers enter as tf.scalar(...), or as constants of the enclosing function.';
  refuse(what, 'a tensor, or an array or plain record of tensors', received, remedy);
}
