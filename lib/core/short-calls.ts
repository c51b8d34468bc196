import { InterruptedError } from './errors';
import { breathe } from './host';

/** Longest time that a call should keep the event loop waiting. */
const callMilliseconds = 120;

/**
 * Runs rounds 0 ... total - 1 in calls of about 120 ms; between them progress is shown and an interrupt is heard.
 * @param call does `count` rounds from round `from` on; true ends the work early.
 * @param options `signal`; `interrupted`, the message of the error after that many rounds; `most`, the most rounds of
 * one call.
 * @throws InterruptedError after the call in which the signal came.
 */
export async function inShortCalls(
  total: number,
  call: (from: number, count: number) => boolean | void,
  options: { signal: AbortSignal; interrupted: (done: number) => string; most?: number },
): Promise<void> {
  let count = 1;
  for (let done = 0; done < total;) {
    const now = Math.min(count, total - done);
    const started = performance.now();
    const isOver = call(done, now) === true;
    done = isOver ? total : done + now;
    await breathe();
    if (options.signal.aborted) throw new InterruptedError(options.interrupted(done));
    const fitting = Math.max(1, Math.round((callMilliseconds / (performance.now() - started)) * now));
    count = Math.min(fitting, options.most ?? Infinity);
  }
}
