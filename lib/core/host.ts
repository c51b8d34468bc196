import { objectOf, requireFunction } from './checks';

/**
 * What the program around the library offers: a place to show progress, and the user's interrupt.
 *
 * The library itself only knows this contract. `scorebook`'s entry point installs the host that fits the process
 * (a notebook cell, a terminal, or nothing); other programs may install their own.
 */
export interface Host {
  /** Starts the display of a long task of `total` units. */
  report(label: string, total: number): Progress;
  /** Calls `callback` when the user interrupts; returns the function that stops listening. */
  onInterrupt(callback: () => void): () => void;
}

/** The display of one long task. */
export interface Progress {
  /** `done` of the total units are finished; `note` is a short text beside the bar. */
  update(done: number, note?: string): void;
  /** The work has another length than was expected, `total` units in all. */
  resize(total: number): void;
  /** Redraws the live loss curve below the bar. */
  curve(points: readonly LossPoint[]): void;
  /** The work is over; `note` says how it ended. */
  end(note?: string): void;
}

/** One point of a live loss curve; a missing loss is not drawn. */
export interface LossPoint {
  /** Epochs finished. */
  readonly epoch: number;
  /** Mean loss over the training rows. */
  readonly training?: number;
  /** Mean loss over the held-out rows. */
  readonly validation?: number;
}

const silentProgress: Progress = { update() {}, resize() {}, curve() {}, end() {} };

/** A host that shows nothing and never interrupts. */
export const silentHost: Host = { report: () => silentProgress, onInterrupt: () => () => {} };

let current: Host = silentHost;

/**
 * Makes `host` the process's host and returns the previous one.
 * @throws InvalidInputError for what is no host.
 * @example
 * const before = host.installHost(host.silentHost);
 * host.installHost(before);
 */
export function installHost(host: Host): Host {
  const { report, onInterrupt } = objectOf('installHost', host, 'a host { report, onInterrupt }');
  requireFunction('installHost: report', report);
  requireFunction('installHost: onInterrupt', onInterrupt);
  const before = current;
  current = host;
  return before;
}

/** Options that every long-running function takes. */
export interface LongWorkOptions {
  /** Stops the work at its next pause. The notebook's interrupt button works without it. */
  signal?: AbortSignal;
  /** `false` shows no progress. Default `true`. */
  progress?: boolean;
}

/** Options of work that may be a part of longer work. */
export interface PartOptions extends LongWorkOptions {
  /** Shows the part within the display of the whole, in place of a display of its own. */
  readonly within?: Host['report'];
}

/**
 * Runs long work with a progress display and an AbortSignal that also hears the host's interrupt.
 * The display is closed and the listeners are removed however the work ends.
 */
export async function longWork<T>(
  label: string,
  total: number,
  options: PartOptions,
  work: (progress: Progress, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (options.signal?.aborted) abort();
  options.signal?.addEventListener('abort', abort);
  const stopListening = current.onInterrupt(abort);
  const report = options.within ?? current.report;
  const progress = options.progress === false ? silentProgress : report(label, total);
  let ended = false;
  const display: Progress = {
    update: (done, note) => progress.update(done, note),
    resize: (total) => progress.resize(total),
    curve: (points) => progress.curve(points),
    end: (note) => {
      ended = true;
      progress.end(note);
    },
  };
  try {
    return await work(display, controller.signal);
  } catch (error) {
    if (!ended) display.end(error instanceof Error ? error.name : 'failed');
    throw error;
  } finally {
    if (!ended) display.end();
    stopListening();
    options.signal?.removeEventListener('abort', abort);
  }
}

/** Lets timers, signals and other cells run; long work awaits it between its short synchronous stretches. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
