import { describe, expect, it } from 'vitest';
import { dormandPrinceStep, OdeError, solveOde, type OdeRightSide } from '../../lib/maths/dormand-prince';

/** y' = y cos t, y = exp(sin t) from y(0) = 1. */
const swing: OdeRightSide = (t, [y], derivative) => {
  derivative[0] = y * Math.cos(t);
};

describe('a step of the Dormand-Prince pair', () => {
  const step = (h: number): { error: number; estimate: number } => {
    const t = 0.3;
    const y = Float64Array.of(Math.exp(Math.sin(t)));
    const stages = Array.from({ length: 7 }, () => new Float64Array(1));
    const [end, error] = [new Float64Array(1), new Float64Array(1)];
    swing(t, y, stages[0]);
    dormandPrinceStep(swing, { t, y, h, stages, end, error });
    return { error: Math.abs(end[0] - Math.exp(Math.sin(t + h))), estimate: Math.abs(error[0]) };
  };

  it('has a local error of sixth and an error estimate of fifth order in the step', () => {
    const [coarse, fine] = [step(0.1), step(0.05)];
    expect(Math.log2(coarse.error / fine.error)).toBeGreaterThan(5.7);
    expect(Math.log2(coarse.error / fine.error)).toBeLessThan(6.5);
    expect(Math.log2(coarse.estimate / fine.estimate)).toBeGreaterThan(4.7);
    expect(Math.log2(coarse.estimate / fine.estimate)).toBeLessThan(5.5);
  });

  it('leaves the derivative at its end in its last stage, which the next step starts from', () => {
    const stages = Array.from({ length: 7 }, () => new Float64Array(1));
    const [y, end, error] = [Float64Array.of(1), new Float64Array(1), new Float64Array(1)];
    swing(0, y, stages[0]);
    dormandPrinceStep(swing, { t: 0, y, h: 0.2, stages, end, error });
    expect(stages[6][0]).toBe(end[0] * Math.cos(0.2));
  });
});

describe('solveOde', () => {
  it('meets exact solutions at the times asked for, the better the smaller the tolerance', () => {
    const times = [0, 0.1, 3, 3.5, 10];
    const worst = [1e-4, 1e-6, 1e-8, 1e-10].map((rtol) =>
      Math.max(
        ...solveOde(swing, [1], times, { rtol, atol: 0 }).map(([y], k) =>
          Math.abs(y / Math.exp(Math.sin(times[k])) - 1),
        ),
      ),
    );
    [1e-4, 1e-6, 1e-8, 1e-10].forEach((rtol, k) => expect(worst[k]).toBeLessThan(20 * rtol));
    for (let k = 1; k < worst.length; k++) expect(worst[k]).toBeLessThan(worst[k - 1] / 10);
  });

  it('takes steps as the fifth root of the tolerance', () => {
    const calls = (rtol: number): number => {
      let count = 0;
      const counted: OdeRightSide = (t, y, derivative) => {
        count++;
        swing(t, y, derivative);
      };
      solveOde(counted, [1], [0, 30], { rtol, atol: rtol });
      return count;
    };
    const order = Math.log10(calls(1e-10) / calls(1e-5)) / 5;
    expect(order).toBeGreaterThan(0.15);
    expect(order).toBeLessThan(0.25);
  });

  it('solves two oscillators of different speeds over many periods', () => {
    const oscillators: OdeRightSide = (_, [a, va, b, vb], derivative) => {
      derivative.set([va, -a, vb, -100 * b]);
    };
    const [, end] = solveOde(oscillators, [1, 0, 0, 10], [0, 50], { rtol: 1e-9, atol: 1e-9 });
    [Math.cos(50), -Math.sin(50), Math.sin(500), 10 * Math.cos(500)].forEach((value, i) =>
      expect(Math.abs(end[i] - value)).toBeLessThan(1e-5),
    );
  });

  it('keeps the invariant of prey and predators', () => {
    const [alpha, beta, gamma, delta] = [0.7, 0.11, 0.9, 0.12];
    const f: OdeRightSide = (_, [x, y], derivative) => {
      derivative.set([alpha * x - beta * x * y, delta * x * y - gamma * y]);
    };
    const invariant = ([x, y]: Iterable<number>): number =>
      delta * x - gamma * Math.log(x) + beta * y - alpha * Math.log(y);
    const states = solveOde(f, [30, 1], [0, 1, 5, 10, 20, 100], { rtol: 1e-9, atol: 1e-12 });
    for (const state of states) expect(Math.abs(invariant(state) - invariant([30, 1]))).toBeLessThan(1e-6);
  });

  it('starts at the first time, and gives a time that is asked for twice twice', () => {
    const [start, first, again] = solveOde(swing, [1], [0, 2, 2]);
    expect(start[0]).toBe(1);
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });

  it('says where a solution that explodes ends', () => {
    const explode: OdeRightSide = (_, [y], derivative) => {
      derivative[0] = y * y;
    };
    let error: unknown;
    try {
      solveOde(explode, [1], [0, 2]);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(OdeError);
    expect((error as OdeError).name).toBe('OdeError');
    expect((error as OdeError).time).toBeCloseTo(1, 3);
  });

  it('gives up after the number of steps allowed, and on a right side that is no number', () => {
    expect(() => solveOde(swing, [1], [0, 100], { maxSteps: 10 })).toThrow(/10 steps/);
    const nothing: OdeRightSide = (_, __, derivative) => {
      derivative[0] = NaN;
    };
    expect(() => solveOde(nothing, [1], [0, 1])).toThrow(OdeError);
  });
});
