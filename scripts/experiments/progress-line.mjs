import { createRequire } from 'node:module';

/**
 * One line of progress on standard error: rewritten in place on a terminal, else a line for each run that ended.
 * @param {number} total
 */
export function progressLine(total) {
  const { duration } = createRequire(import.meta.url)('scorebook/dist/notebook/progress-state');
  const live = process.stderr.isTTY === true;
  const began = performance.now();
  let last = '';
  const put = (/** @type {string} */ text) => process.stderr.write(live ? `\r\u001b[K${text}` : `${text}\n`);
  return {
    live,
    /**
     * @param {{ done: number, failed: number, left: number | undefined }} state
     * @param {string} news the last thing that happened
     */
    show({ done, failed, left }, news) {
      if (news) last = news;
      const time = left === undefined ? '' : `, about ${duration(left)} left`;
      const share = Math.floor((100 * done) / total);
      const text = `${done}/${total} runs (${share} %), ${failed} failed, ${duration(secondsSince(began))}${time}, ${last}`;
      put(live ? text.slice(0, (process.stderr.columns ?? 80) - 1) : text);
    },
    /** @param {string} text */
    note: (text) => put(live ? `${text}\n` : text),
    end: () => void (live && process.stderr.write('\n')),
  };
}

/**
 * Seconds since a moment of `performance.now()`.
 * @param {number} since
 */
export function secondsSince(since) {
  return (performance.now() - since) / 1000;
}
