import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { twinDiffusion, type Diffusion } from '../../lib/diffusion/diffusion';
import { logRatioGrid, timeOf, unevenLevels } from '../../lib/diffusion/noise-grid';
import { restoreDiffusion } from '../../lib/diffusion/restore-diffusion';
import { straightPath } from '../../lib/diffusion/straight-path';
import { subVp } from '../../lib/diffusion/sub-vp';
import { ve } from '../../lib/diffusion/ve';
import { vpCosine, vpLinear } from '../../lib/diffusion/vp';
import { cosineSchedule, linearSchedule, vpLevels } from '../../lib/diffusion/vp-levels';
import { compile } from '../../lib/graph/compile';

const all: [string, Diffusion][] = [
  ['vpLinear', vpLinear()],
  ['a steep vpLinear', vpLinear({ betaMin: 1, betaMax: 40, earliest: 1e-4 })],
  ['vpCosine', vpCosine()],
  ['vpCosine of another offset', vpCosine({ s: 0.1 })],
  ['ve', ve()],
  ['a short ve', ve({ sigmaMin: 0.1, sigmaMax: 5 })],
  ['subVp', subVp()],
  ['a steep subVp', subVp({ betaMin: 1, betaMax: 30 })],
  ['straightPath', straightPath()],
  ['a short straightPath', straightPath({ earliest: 0.02 })],
];
/** Times from the smallest to the largest, dense at both ends. */
const timesOf = ({ earliest, latest }: Diffusion): number[] =>
  [0, 1e-4, 1e-3, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1].map((share) => earliest + share * (latest - earliest));
/** Its levels at times, as plain numbers. */
const numbersAt = (diffusion: Diffusion, times: number[]): { t: number; meanCoeff: number; std: number }[] =>
  tf.tidy(() => {
    const level = diffusion.at(tf.tensor1d(times));
    const [t, meanCoeff, std] = [level.t, level.meanCoeff, level.std].map((part) => Array.from(part.dataSync()));
    return times.map((_, i) => ({ t: t[i], meanCoeff: meanCoeff[i], std: std[i] }));
  });

describe.each(all)('%s', (_, diffusion) => {
  const { earliest, latest, logRatio, drift, diffusion: g } = diffusion;

  it('has the moments that its drift and diffusion coefficient imply', () => {
    // d log m / dt = f and d v / dt = 2 f v + g^2 by the classical Runge-Kutta method in float64
    const cells = 4000;
    const first = numbersAt(diffusion, [earliest])[0];
    let [logMean, variance] = [Math.log(first.meanCoeff), (first.meanCoeff * Math.exp(logRatio(earliest))) ** 2];
    const marks = timesOf(diffusion).slice(1);
    const expected = numbersAt(diffusion, marks);
    let from = earliest;
    marks.forEach((to, k) => {
      const dt = (to - from) / cells;
      const rate = (t: number, v: number): number => 2 * drift(t) * v + g(t) ** 2;
      for (let i = 0; i < cells; i++) {
        const t = from + i * dt;
        logMean += (dt / 6) * (drift(t) + 4 * drift(t + dt / 2) + drift(t + dt));
        const k1 = rate(t, variance);
        const k2 = rate(t + dt / 2, variance + (dt / 2) * k1);
        const k3 = rate(t + dt / 2, variance + (dt / 2) * k2);
        variance += (dt / 6) * (k1 + 2 * k2 + 2 * k3 + rate(t + dt, variance + dt * k3));
      }
      from = to;
      expect(Math.abs(Math.exp(logMean) / expected[k].meanCoeff - 1)).toBeLessThan(1e-4);
      expect(Math.abs(Math.sqrt(variance) / expected[k].std - 1)).toBeLessThan(1e-4);
    });
  });

  it('has g^2 = 2 std^2 du/dt, and a noise ratio that grows', () => {
    let before = -Infinity;
    for (const t of timesOf(diffusion).slice(1, -1)) {
      const dt = 1e-5 * t;
      const [{ std }] = numbersAt(diffusion, [t]);
      const slope = (logRatio(t + dt) - logRatio(t - dt)) / (2 * dt);
      expect(Math.abs(g(t) ** 2 / (2 * std ** 2 * slope) - 1)).toBeLessThan(1e-4);
      expect(logRatio(t)).toBeGreaterThan(before);
      before = logRatio(t);
    }
  });

  it('gives the same level by time and by noise ratio, for scalars, vectors and columns, and in a recording', () => {
    const before = tf.memory().numTensors;
    const program = compile((u: tf.Tensor) => ({ ...diffusion.atLogRatio(u) }));
    tf.tidy(() => {
      const times = timesOf(diffusion);
      const ratios = tf.tensor1d(times.map(logRatio));
      const byTime = diffusion.at(tf.tensor2d(times, [times.length, 1]));
      const byRatio = program(ratios);
      for (const part of ['t', 'meanCoeff', 'std'] as const) {
        expect(byTime[part].shape).toEqual([times.length, 1]);
        const [a, b] = [byTime[part].dataSync(), byRatio[part].dataSync()];
        // the root of a small number of ratio e^u keeps about |u| digits less
        a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThan(2e-5 * Math.abs(value) + 1e-7));
      }
      times.forEach((t, i) => expect(Math.abs(byRatio.t.dataSync()[i] - t)).toBeLessThan(2e-5 * t + 1e-7));
      const one = diffusion.at(tf.scalar(times[4]));
      for (const part of ['t', 'meanCoeff', 'std'] as const) expect(one[part].shape).toEqual([1, 1]);
    });
    program.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('ends at its reference, and comes back from its spec', () => {
    expect(numbersAt(diffusion, [latest])[0].std).toBeCloseTo(diffusion.referenceStd, 5);
    const restored = restoreDiffusion(JSON.parse(JSON.stringify(diffusion.spec)) as Diffusion['spec']);
    expect(restored.spec).toEqual(diffusion.spec);
    expect(restored.logRatio(0.4)).toBe(logRatio(0.4));
  });

  it('gives grids from the largest time down to the smallest noise', () => {
    for (const spacing of ['logSnr', 'tapered', 'karras', 'time'] as const) {
      const grid = logRatioGrid(diffusion, 20, { spacing, smallestNoise: 0.2 });
      expect(grid.length).toBe(21);
      expect(grid[0]).toBeCloseTo(logRatio(latest), 6);
      expect(grid[20]).toBeCloseTo(Math.log(0.2), 6);
      grid.slice(1).forEach((u, k) => expect(u).toBeLessThan(grid[k]));
    }
    expect(logRatioGrid(diffusion, 3, { smallestNoise: 1e-9 })[3]).toBeCloseTo(logRatio(earliest), 6);
    expect(logRatio(timeOf(diffusion, -1))).toBeCloseTo(-1, 9);
  });
});

describe('the variance-preserving diffusions', () => {
  it.each([vpLinear(), vpLinear({ betaMin: 1, betaMax: 8 }), vpCosine()])('keep the variance one', (diffusion) => {
    for (const { meanCoeff, std } of numbersAt(diffusion, timesOf(diffusion)))
      expect(Math.abs(meanCoeff ** 2 + std ** 2 - 1)).toBeLessThan(3e-6);
  });

  it('have the discrete levels as times k / T', () => {
    for (const [diffusion, schedule] of [
      [vpLinear(), linearSchedule()],
      [vpCosine(), cosineSchedule()],
    ] as const) {
      const { gamma, count } = vpLevels({ schedule });
      for (const k of [1, 10, 200, 390]) {
        expect(Math.abs(Math.exp(2 * diffusion.logRatio(k / count)) / ((1 - gamma[k]) / gamma[k]) - 1)).toBeLessThan(
          1e-9,
        );
      }
    }
  });

  it('have the published closed forms', () => {
    for (const t of [0.01, 0.3, 0.9]) {
      const integral = 0.1 * t + (19.9 * t * t) / 2;
      const [linear] = numbersAt(vpLinear(), [t]);
      expect(linear.meanCoeff).toBeCloseTo(Math.exp(-integral / 2), 5);
      expect(linear.std).toBeCloseTo(Math.sqrt(1 - Math.exp(-integral)), 5);
      const [sub] = numbersAt(subVp(), [t]);
      expect(sub.meanCoeff).toBeCloseTo(Math.exp(-integral / 2), 5);
      expect(sub.std).toBeCloseTo(1 - Math.exp(-integral), 5);
      expect(subVp().diffusion(t) ** 2).toBeCloseTo((0.1 + 19.9 * t) * (1 - Math.exp(-2 * integral)), 9);
      const [exploding] = numbersAt(ve({ sigmaMin: 0.01, sigmaMax: 50 }), [t]);
      expect(exploding.std / (0.01 * 5000 ** t)).toBeCloseTo(1, 4);
      const [cosine] = numbersAt(vpCosine(), [t]);
      const f = (time: number): number => Math.cos((((time + 0.008) / 1.008) * Math.PI) / 2) ** 2;
      expect(cosine.meanCoeff ** 2).toBeCloseTo(f(t) / f(0), 5);
      const [straight] = numbersAt(straightPath(), [t]);
      expect([straight.meanCoeff, straight.std].map((value) => value.toFixed(5))).toEqual([
        (1 - t).toFixed(5),
        t.toFixed(5),
      ]);
    }
  });
});

describe('unevenLevels', () => {
  it('are levels of the diffusion at their own times, the first at the smallest noise', () => {
    const diffusion = vpLinear();
    const levels = unevenLevels(diffusion, { count: 30, smallestNoise: 0.003 });
    expect([levels.count, levels.gamma.length, levels.gamma[0], levels.gamma[30]]).toEqual([30, 31, 1, 0]);
    tf.tidy(() => {
      const index = tf.range(1, 30, 1, 'int32');
      const discrete = levels.at(index);
      const continuous = diffusion.at(discrete.t);
      for (const part of ['meanCoeff', 'std'] as const) {
        const values = continuous[part].dataSync();
        discrete[part].dataSync().forEach((value, k) => expect(Math.abs(value / values[k] - 1)).toBeLessThan(1e-4));
      }
      expect(discrete.std.dataSync()[0]).toBeCloseTo(0.003, 6);
      const steps = Array.from(levels.gamma.slice(1, 30), (value) => Math.log((1 - value) / value) / 2);
      steps.slice(2).forEach((u, k) => expect(u - steps[k + 1]).toBeCloseTo(steps[1] - steps[0], 6));
    });
  });

  it('refuse invalid counts', () => {
    for (const count of [2, 0, 2.5, NaN]) expect(() => unevenLevels(vpLinear(), { count })).toThrow(InvalidInputError);
  });
});

describe('the twin of a diffusion', () => {
  it.each([ve(), subVp(), straightPath()])('preserves variance, with the same times and noise ratios', (diffusion) => {
    const twin = twinDiffusion(diffusion);
    const times = [0.1, 0.5, 0.9];
    const [own, other] = [numbersAt(twin, times), numbersAt(diffusion, times)];
    times.forEach((t, i) => {
      expect(own[i].meanCoeff ** 2 + own[i].std ** 2).toBeCloseTo(1, 5);
      expect(own[i].std / own[i].meanCoeff / (other[i].std / other[i].meanCoeff)).toBeCloseTo(1, 5);
      // d log meanCoeff / dt = f, and f = -g^2 / 2 where the variance is one
      const [after, before] = [t + 1e-3, t - 1e-3].map(
        (time) => -Math.log1p(Math.exp(2 * diffusion.logRatio(time))) / 2,
      );
      expect((after - before) / 2e-3 / twin.drift(t)).toBeCloseTo(1, 3);
      expect(twin.diffusion(t) ** 2 / (-2 * twin.drift(t))).toBeCloseTo(1, 6);
    });
    expect(twinDiffusion(vpLinear({ betaMax: 9 })).spec.name).toBe('vpLinear');
  });
});

describe('a diffusion', () => {
  it('refuses invalid numbers', () => {
    expect(() => vpLinear({ betaMin: 0 })).toThrow(/betaMin/);
    expect(() => vpLinear({ betaMax: 0.01 })).toThrow(/betaMax/);
    expect(() => vpLinear({ earliest: 0 })).toThrow(/earliest/);
    expect(() => vpCosine({ s: -1 })).toThrow(/vpCosine s/);
    expect(() => vpCosine({ earliest: 0.7 })).toThrow(/earliest/);
    expect(() => subVp({ betaMin: NaN })).toThrow(/betaMin/);
    expect(() => ve({ sigmaMin: 0 })).toThrow(/sigmaMin/);
    expect(() => ve({ sigmaMin: 2, sigmaMax: 1 })).toThrow(/sigmaMax/);
    for (const earliest of [0, 0.5, -1, NaN]) expect(() => straightPath({ earliest })).toThrow(/straightPath/);
    expect(() => logRatioGrid(ve(), 0)).toThrow(/steps/);
    expect(() => logRatioGrid(ve(), 5, { smallestNoise: 60 })).toThrow(/smallestNoise/);
    expect(() => logRatioGrid(ve(), 5, { spacing: 'even' as 'time' })).toThrow(/spacing/);
  });
});
