import { readFileSync, writeFileSync } from 'node:fs';
import { predictorCorrector, tf, vpLevels } from 'scorebook';
import { paperSettings } from 'scorebook/dist/inference/score/npse';
import { observations, trained } from './draws';

/*
 * A process of its own that draws for many observations and says how far its resident memory rose above that of the
 * idle process, which holds the trained estimator and the observations. Called with the numbers of observations, of
 * samples and of levels.
 */

const status = (field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;

async function main(): Promise<void> {
  const [n, samples, count] = process.argv.slice(2).map(Number);
  const estimator = await trained(paperSettings);
  const xObs = observations(n);
  const rows = xObs.arraySync();
  const idle = status('VmRSS');
  // sets the peak back to what is resident now
  writeFileSync('/proc/self/clear_refs', '5');
  const began = performance.now();
  const posterior = estimator.given(rows);
  const theta = await posterior.sample(samples, {
    sampler: predictorCorrector({ levels: vpLevels({ count }) }),
    seed: 1,
    progress: false,
  });
  const finite = tf.tidy(() => tf.all(tf.isFinite(theta)).dataSync()[0]) === 1;
  process.stdout.write(
    `${JSON.stringify({ idle, peak: status('VmHWM'), seconds: (performance.now() - began) / 1000, finite })}\n`,
  );
}

void main();
