import type { Host, Progress } from './host';

/**
 * One display for work of several parts, one after another: the bar is that of the whole, and the note says which part
 * runs.
 *
 * A part that ends before its planned length makes the whole shorter, so that the time left stays true.
 * @param progress the display of the whole, whose total is the sum of the plan.
 * @param plan the length that each part has of the whole, in order; the unit is the caller's.
 * @returns what stands for the host's `report` in the parts: the k-th call begins the k-th of them.
 */
export function inParts(progress: Progress, plan: readonly number[]): Host['report'] {
  let before = 0;
  let begun = 0;
  return (label, ofPart) => {
    const units = plan[begun++];
    const start = before;
    const where = `part ${begun} of ${plan.length}, ${label}`;
    let reached = 0;
    let isOver = false;
    progress.update(start, where);
    return {
      update: (done, note) => {
        reached = Math.min(units, (units * done) / ofPart);
        progress.update(start + reached, note ? `${where}: ${note}` : where);
      },
      resize: (to) => {
        ofPart = to;
      },
      curve: (points) => progress.curve(points),
      end: (note) => {
        if (isOver) return;
        isOver = true;
        before = start + reached;
        progress.resize(plan.slice(begun).reduce((sum, each) => sum + each, before));
        progress.update(before, note ? `${where}: ${note}` : where);
      },
    };
  };
}
