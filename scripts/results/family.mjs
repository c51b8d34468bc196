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
    paragraph(`NPE, NLE and NRE with the library's default settings, an ensemble of five networks of NPE, and rejection
      ABC, on tasks of the same benchmark: C2ST, mean ± standard error over the first published observations, whose
      number stands in brackets; one seed. *Published* is the mean over ten observations of the same method as it was in
      2021, so that differences of a few hundredths tell nothing. The settings were chosen by held-out losses of these
      tasks, with no part of the observations (\`lib/adr/0011\`). Not all of the study has been run:
      \`npm run experiments -- --classical\` completes it.`),
    ...budgets.flatMap((budget) => [`**${thousands(budget)} simulator calls**`, byMethod(rows, budget)]),
    paragraph(`Seconds are of one thread, while other work kept the machine busy.`),
  ].join('\n\n');
}

/**
 * @param {import('./rows.mjs').Row[]} rows
 * @param {number} budget
 */
function byMethod(rows, budget) {
  const figures = publishedFigures();
  const known = rows.filter((row) => row.budget === budget && row.metric === 'C2ST');
  const lines = tasks.flatMap((task) =>
    distinct(known.filter((row) => row.task === task).map(({ method }) => method)).map((method) => {
      const of = (/** @type {string} */ metric) =>
        valuesOf(rows, { task, method, budget }, metric).map(({ value }) => value);
      const algorithm = published.find(({ ours }) => ours.test(method))?.algorithm;
      const figure = figures.find(
        (each) => each.task === task && each.budget === budget && each.algorithm === algorithm,
      );
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
