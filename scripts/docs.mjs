import { join, relative } from 'node:path';
import { buildSite } from './docs/build-site.mjs';
import { brokenLinks } from './docs/links.mjs';
import { root } from './setup/paths.mjs';
import { Problem, runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

/** `npm run docs`: the pages, the notebooks and the reference as a site that needs no network, every link checked. */
await runMain(async () => {
  await setUp();
  const site = join(root, 'site');
  await buildSite(site);
  const { pages, links, broken } = brokenLinks(site);
  if (broken.length > 0) throw new Problem(`The site has ${broken.length} broken links:`, broken.join('\n'));
  process.stdout.write(`${pages} pages, ${links} links, none broken: ${relative(root, join(site, 'index.html'))}\n`);
  return 0;
});
