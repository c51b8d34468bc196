import { benchmarkCaveats, benchmarkSection, benchmarkSummary } from './benchmark.mjs';
import { familySection, scoresInRoundsSection } from './family.mjs';
import { paragraph } from './markdown.mjs';
import { speedSection, speedSummary } from './speed.mjs';
import { gaussianSection, mixtureSection } from './squared-mmd.mjs';

const marks = ['<!-- results: made by "npm run results" -->', '<!-- end of results -->'];

/** The page `results/README.md`, from the committed rows. */
export function resultsPage() {
  const head = paragraph(`Made by \`npm run results\` from \`results/*/rows.jsonl\`, \`results/*/floor.json\`,
    \`results/bench/summary.json\` and \`data/published/\`: change the rows, not this page. A test fails where the two
    differ. \`lib/studies/README.md\` says how the rows are made. Simulator calls are *calls*, numbers of observations
    are *n*.`);
  const benchmark = [benchmarkSection(), familySection(), scoresInRoundsSection()];
  const sections = [gaussianSection(), mixtureSection(), ...benchmark, speedSection()];
  return `${['# Results', head, ...sections].join('\n\n')}\n`;
}

/**
 * The README with its table of results made anew.
 * @param {string} readme
 */
export function withResults(readme) {
  const [start, end] = marks.map((mark) => readme.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`README.md has no place for the results: ${marks.join(' ... ')}`);
  const made = [marks[0], benchmarkSummary(), '', benchmarkCaveats(), '', paragraph(speedSummary()), ''].join('\n');
  return readme.slice(0, start) + made + readme.slice(end);
}
