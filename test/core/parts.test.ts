import { describe, expect, it } from 'vitest';
import type { Progress } from '../../lib/core/host';
import { inParts } from '../../lib/core/parts';

function recorded(): { progress: Progress; seen: string[] } {
  const seen: string[] = [];
  return {
    seen,
    progress: {
      update: (done, note) => void seen.push(`${done}: ${note}`),
      resize: (total) => void seen.push(`of ${total}`),
      curve: (points) => void seen.push(`curve ${points.length}`),
      end: () => void seen.push('end'),
    },
  };
}

describe('inParts', () => {
  it('counts each part in the units of the whole, which gets shorter where a part ends early', () => {
    const { progress, seen } = recorded();
    const report = inParts(progress, [100, 10]);
    const first = report('a', 50);
    first.update(5);
    first.curve([]);
    first.update(10, 'loss 1');
    first.end('converged');
    // the display of a part may be closed twice
    first.end();
    const second = report('b', 2);
    second.update(1);
    second.update(2);
    second.end();
    expect(seen).toEqual([
      '0: part 1 of 2, a',
      '10: part 1 of 2, a',
      'curve 0',
      '20: part 1 of 2, a: loss 1',
      'of 30',
      '20: part 1 of 2, a: converged',
      '20: part 2 of 2, b',
      '25: part 2 of 2, b',
      '30: part 2 of 2, b',
      'of 30',
      '30: part 2 of 2, b',
    ]);
  });

  it('follows a part whose own length changes, and never counts more of it than was planned', () => {
    const { progress, seen } = recorded();
    const part = inParts(progress, [10])('a', 100);
    part.resize(20);
    part.update(10);
    part.update(30);
    expect(seen.slice(1)).toEqual(['5: part 1 of 1, a', '10: part 1 of 1, a']);
  });
});
