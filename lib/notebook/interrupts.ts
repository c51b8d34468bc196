const listeners = new Set<() => void>();

/**
 * Calls `callback` once at the next interrupt (SIGINT: Ctrl-C, or the notebook's stop button), and returns the function that stops
 * listening.
 *
 * One handler serves all work and is there only while work runs: the first interrupt asks the work to stop, and outside work, or at
 * a second interrupt, the process does what it would do without this library.
 */
export function onInterrupt(callback: () => void): () => void {
  const listener = (): void => callback();
  if (listeners.size === 0) process.once('SIGINT', tell);
  listeners.add(listener);
  return () => {
    if (listeners.delete(listener) && listeners.size === 0) process.off('SIGINT', tell);
  };
}

function tell(): void {
  const told = [...listeners];
  listeners.clear();
  for (const listener of told) listener();
}
