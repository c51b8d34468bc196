import type { PortableSource } from './simulator';

/** The objects in which compilers keep imports and the names of a notebook's other cells: `exports`, `rng_1`. */
const holder = /^(exports|\w+_\d+|__vite_ssr_import_\d+__)$/;

/**
 * What a simulator uses of its surroundings, which a worker does not have, as the end of `a simulator that ...`.
 * @param error of the name that was met first; the text is searched for what else the same import gives.
 */
export function missingNames(source: PortableSource, error: ReferenceError): string {
  const name = /^(\S+) is not defined/.exec(error.message)?.[1];
  if (name === undefined) return `throws ${String(error)}`;
  const members = source.kind === 'text' && holder.test(name) ? membersOf(name, source.text) : [];
  const names = members.length > 0 ? members.join(', ') : name;
  const origin = members.length > 0 && name !== 'exports' ? ', imported from another module' : '';
  return `uses ${names}${origin}, which it does not bring along (${error.message})`;
}

function membersOf(name: string, text: string): string[] {
  const found = text.matchAll(new RegExp(`\\b${name}\\.(\\w+)`, 'g'));
  return [...new Set(Array.from(found, ([, member]) => member))];
}
