/**
 * A function that cannot be compiled, or a compiled function used wrongly; the message says what to do instead.
 */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}
