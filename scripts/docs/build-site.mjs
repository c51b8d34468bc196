import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OptionDefaults } from 'typedoc';
import { cache, nodeModules, root } from '../setup/paths.mjs';
import { Problem } from '../setup/problem.mjs';
import { notebookPages } from './notebooks.mjs';
import { copyPages } from './pages.mjs';

/** What a page of the site is written in. */
const style = `
.tsd-typography svg { max-width: 100%; height: auto; }
.tsd-typography table { display: block; overflow-x: auto; max-width: 100%; border-collapse: collapse; }
.tsd-typography th, .tsd-typography td { padding: 0.15rem 0.6rem; }
.tsd-typography img { background: white; max-width: 100%; }
`;

/**
 * Builds the site: the pages of the repository and the notebooks as documents, and by TypeDoc the API from its doc
 * comments.
 * @param {string} site the folder, which is emptied
 */
export async function buildSite(site) {
  const staged = join(cache, 'docs');
  rmSync(staged, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  const pages = copyPages(staged);
  const notebooks = await notebookPages(staged);
  writeFileSync(join(staged, 'style.css'), style);
  const options = {
    entryPoints: [join(root, 'lib', 'index.ts')],
    tsconfig: join(root, 'lib', 'tsconfig.json'),
    out: site,
    name: 'Scorebook',
    readme: join(staged, 'README.md'),
    projectDocuments: [...notebooks, ...pages],
    customCss: join(staged, 'style.css'),
    headings: { readme: false, document: false },
    navigation: { includeGroups: true },
    groupOrder: ['Notebooks', 'Pages', 'Records', 'Namespaces', '*'],
    sort: ['documents-first', 'kind', 'alphabetical-ignoring-documents'],
    searchInDocuments: true,
    excludeExternals: true,
    excludePrivate: true,
    disableSources: true,
    disableGit: true,
    hideGenerator: true,
    githubPages: false,
    // what is not exported, and all of tfjs and Vega, is a name without a link
    externalSymbolLinkMappings: { '*': { '*': '#' }, scorebook: { '*': '#' } },
    plugin: [join(root, 'scripts', 'docs', 'typedoc-plugin.mjs')],
    blockTags: [...OptionDefaults.blockTags, '@options'],
    validation: { invalidLink: true, notExported: false, notDocumented: false },
    logLevel: 'Warn',
  };
  const config = join(staged, 'typedoc.json');
  writeFileSync(config, JSON.stringify(options, null, 2));
  const typedoc = join(nodeModules, 'typedoc', 'bin', 'typedoc');
  const run = promisify(execFile)(process.execPath, [typedoc, '--options', config], { cwd: root, maxBuffer: 2 ** 26 });
  const said = await run.catch((error) => {
    throw new Problem('TypeDoc could not make the site.', `${error.stdout}${error.stderr}`);
  });
  const warnings = `${said.stdout}${said.stderr}`.trim();
  if (/\[(warning|error)\]/.test(warnings)) throw new Problem('TypeDoc warns of the pages:', warnings);
  nameFirstPage(site);
}

/**
 * Links to the site's folder as links to its first page, which a browser does not look for without a server.
 * @param {string} site
 */
function nameFirstPage(site) {
  for (const path of readdirSync(site, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.html')) continue;
    const file = join(site, path);
    const html = readFileSync(file, 'utf8');
    const named = html.replace(/href="((?:\.\.?\/)+)(#[^"]*)?"/g, 'href="$1index.html$2"');
    if (named !== html) writeFileSync(file, named);
  }
}
