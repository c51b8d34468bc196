import { readFileSync, writeFileSync } from 'node:fs';
import { npse, squaredMmd, tasks, tf } from 'scorebook';
import { observations, trained } from './draws';
import { seconds } from './in-turns';

/*
 * A process of its own that draws for many observations, everything by default, and says how far its resident memory
 * rose above that of the idle process, which holds the trained estimator and the observations. Called with the numbers
 * of observations and of samples.
 */

const status = (field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;

async function main(): Promise<void> {
  const [n, samples] = process.argv.slice(2).map(Number);
  const estimator = await trained(npse.defaultSettings);
  const xObs = observations(n);
  const rows = xObs.arraySync();
  const idle = status('VmRSS');
  // sets the peak back to what is resident now
  writeFileSync('/proc/self/clear_refs', '5');
  const posterior = estimator.given(rows);
  const draw = (): Promise<tf.Tensor2D> => posterior.sample(samples, { seed: 1, progress: false });
  const first = await seconds(async () => (await draw()).dispose());
  let theta = tf.zeros([1, 1]) as tf.Tensor2D;
  const again = await seconds(async () => (theta = await draw()));
  const peak = status('VmHWM');
  const finite = tf.tidy(() => tf.all(tf.isFinite(theta)).dataSync()[0]) === 1;
  const exact = await tasks.gaussian10d().exactPosterior(rows).sample(samples, { seed: 2, progress: false });
  const error = finite ? squaredMmd(theta, exact) : NaN;
  const found = { idle, peak, seconds: again, first, finite, squaredMmd: error };
  process.stdout.write(`${JSON.stringify(found)}\n`);
}

void main();
