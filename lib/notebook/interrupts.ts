const listeners = new Set<() => void>();
let armed = false;

/**
 * Calls `callback` once at the next interrupt (SIGINT: Ctrl-C, or the notebook's stop button), and returns the function
 * that stops listening.
 *
 * One handler serves all work, and only while work runs: the first interrupt asks the work to stop; at a second one, or
 * when no work runs, the process does what it would do without this library.
 */
export function onInterrupt(callback: () => void): () => void {
  const listener = (): void => callback();
  listeners.add(listener);
  queueMicrotask(arm);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    process.off('SIGINT', tell);
    armed = false;
  };
}

/**
 * Always runs in a microtask, never in the synchronous part of a cell: tslab runs that part in `vm` with
 * `breakOnSigint`, which restores the system's deadly SIGINT action when it ends. A handler first added there would
 * never be called, and the interrupt would kill the kernel.
 */
function arm(): void {
  if (armed || listeners.size === 0) return;
  armed = true;
  process.once('SIGINT', tell);
}

function tell(): void {
  armed = false;
  const told = [...listeners];
  listeners.clear();
  for (const listener of told) listener();
}
