import { tasks, valuesOf, withCount } from './benchmark.mjs';
import { fixed, paragraph, table, thousands } from './markdown.mjs';
import { experimentRows, publishedFigures } from './rows.mjs';
import { distinct, mean } from './statistics.mjs';

const notebook = '05-neural-sbi-family';

/** The published algorithms that our methods are held against, by their names. */
const published = [
  { ours: /^NPE/, algorithm: 'NPE' },
  { ours: /^NLE/, algorithm: 'NLE' },
  { ours: /^B?NRE/, algorithm: 'NRE' },
  { ours: /^SNPE|^TSNPE/, algorithm: 'SNPE' },
  { ours: /^SNL/, algorithm: 'SNLE' },
  { ours: /^SNRE/, algorithm: 'SNRE' },
  { ours: /^REJ/, algorithm: 'REJ-ABC' },
  { ours: /^SMC/, algorithm: 'SMC-ABC' },
];

/** The neural family on the benchmark: what there is of it. */
export function familySection() {
  const rows = experimentRows(notebook);
  const budgets = distinct(rows.map(({ budget }) => budget)).sort((a, b) => b - a);
  return [
    '## Neural family',
    paragraph(`NPE, NLE and NRE with the library's default settings, an ensemble of five networks of NPE, some of
      these in ten rounds, and rejection ABC, on tasks of the same benchmark: C2ST, mean ± standard error over the first published observations, whose
      number stands in brackets; one seed. *Published* is the mean over ten observations of the same method as it was in
      2021, so that differences of a few hundredths tell nothing. The settings were chosen by held-out losses of these
      tasks, with no part of the observations (\`lib/adr/0011\`). Not all of the study has been run:
      \`npm run experiments -- --classical\` completes it.`),
    ...budgets.flatMap((budget) => [`**${thousands(budget)} simulator calls**`, byMethod(rows, budget, namesake)]),
    paragraph(`Seconds are of one thread, while other work kept the machine busy.`),
  ].join('\n\n');
}

/** Scores in rounds on the benchmark: what there is of it. */
export function scoresInRoundsSection() {
  const rows = experimentRows('06-sequential');
  const budgets = distinct(rows.map(({ budget }) => budget)).sort((a, b) => b - a);
  return [
    '## Scores in rounds',
    paragraph(`TSNPSE with the library's default settings in ten rounds, for each observation anew, on tasks of the same
      benchmark: C2ST over the first published observations, whose number stands in brackets; one seed. *Published* is
      the best mean over ten observations among SNPE, SNL (there SNLE) and SNRE as they were in 2021. The default was
      chosen among three on slcp, observation 1 (\`lib/adr/0012\`); so that its row there is no test of it; no other observation had a part in it. Not all of
      the study has been run: \`npm run experiments -- --sequential\` completes it.`),
    ...budgets.flatMap((budget) => [`**${thousands(budget)} simulator calls**`, byMethod(rows, budget, bestInRounds)]),
    paragraph(`Seconds are of one thread, while other work kept the machine busy.`),
  ].join('\n\n');
}

/** @typedef {ReturnType<typeof publishedFigures>} Figures */

/**
 * The published figure of the same method.
 * @param {Figures} figures those of a task and a budget
 * @param {string} method
 */
function namesake(figures, method) {
  const algorithm = published.find(({ ours }) => ours.test(method))?.algorithm;
  return figures.find((each) => each.algorithm === algorithm);
}

/**
 * The best published figure of a method in rounds.
 * @param {Figures} figures those of a task and a budget
 */
function bestInRounds(figures) {
  const inRounds = figures.filter(({ algorithm }) => ['SNPE', 'SNLE', 'SNRE'].includes(algorithm));
  return inRounds.sort((a, b) => a.mean - b.mean)[0];
}

/**
 * @param {import('./rows.mjs').Row[]} rows
 * @param {number} budget
 * @param {(figures: Figures, method: string) => Figures[number] | undefined} heldAgainst
 */
function byMethod(rows, budget, heldAgainst) {
  const figures = publishedFigures();
  const known = rows.filter((row) => row.budget === budget && row.metric === 'C2ST');
  const lines = tasks.flatMap((task) =>
    distinct(known.filter((row) => row.task === task).map(({ method }) => method)).map((method) => {
      const of = (/** @type {string} */ metric) =>
        valuesOf(rows, { task, method, budget }, metric).map(({ value }) => value);
      const known = figures.filter((each) => each.task === task && each.budget === budget);
      const figure = heldAgainst(known, method);
      return [
        task,
        method,
        withCount(of('C2ST')),
        figure ? `${fixed(figure.mean, 3)} (${figure.algorithm})` : 'none',
        fixed(mean(of('training seconds')), 0),
        fixed(mean(of('drawing seconds')), 1),
      ];
    }),
  );
  return table(['task', 'method', 'C2ST', 'published', 'training, s', '10,000 draws, s'], lines);
}
