/**
 * A value as a text that differs wherever the values differ: what a definition is hashed by. Keys are sorted; a
 * function is its source, so that what it holds from outside is not seen; of an object with a `spec` or an `id`, which
 * say what it is made with, only these and its plain values are taken.
 * @param {unknown} value
 * @param {readonly unknown[]} [around] the objects that it lies in
 * @returns {string}
 */
export function definitionText(value, around = []) {
  if (typeof value === 'function') return `function ${JSON.stringify(String(value))}`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : scalar(value);
  if (around.includes(value)) throw new TypeError('A definition that contains itself cannot be told from another.');
  const inside = [...around, value];
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(/** @type {ArrayLike<unknown>} */ (value), (item) => definitionText(item, inside)).join(',')}]`;
  const named = 'spec' in value || 'id' in value;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined && !(named && typeof item === 'function'))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${definitionText(item, inside)}`).join(',')}}`;
}

/** @param {unknown} value */
function scalar(value) {
  return Object.is(value, -0) ? '-0' : String(value);
}
