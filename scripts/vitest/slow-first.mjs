import { BaseSequencer } from 'vitest/node';

/**
 * Slow files first, so that no core waits for one at the end. Within each part it is vitest's own order: the longest
 * first where an earlier run is remembered, and in a fresh clone the largest file first.
 */
export class SlowFirst extends BaseSequencer {
  /** @param {import('vitest/node').TestSpecification[]} files */
  async sort(files) {
    const sorted = await super.sort(files);
    const isSlow = (/** @type {import('vitest/node').TestSpecification} */ { moduleId }) =>
      moduleId.endsWith('.slow.test.ts');
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}
