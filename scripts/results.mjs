import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultsPage, withResults } from './results/pages.mjs';
import { root } from './setup/paths.mjs';

/** `npm run results`: writes the page of results, and the README's table, from the committed rows. */
const readme = join(root, 'README.md');
writeFileSync(join(root, 'results', 'README.md'), resultsPage());
writeFileSync(readme, withResults(readFileSync(readme, 'utf8')));
