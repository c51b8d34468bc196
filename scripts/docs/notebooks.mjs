import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { notebookNames } from '../notebooks/run-notebook.mjs';
import { environment } from '../setup/environment.mjs';
import { notebooks, venvPython } from '../setup/paths.mjs';
import { withMath } from './math.mjs';
import { titled } from './pages.mjs';

/** @typedef {{ cell_type: string, source: string | string[], outputs?: { data?: Record<string, unknown> }[] }} Cell */

/**
 * The notebooks as they are committed, with their outputs, as documents below a folder: nbconvert's Markdown, with
 * figures as files, and formulas as MathML, which needs no script and no fonts.
 * @param {string} folder
 * @returns {Promise<string[]>} the documents
 */
export async function notebookPages(folder) {
  const place = join(folder, 'notebooks');
  mkdirSync(place, { recursive: true });
  const names = notebookNames();
  for (const name of names) {
    const notebook = JSON.parse(readFileSync(join(notebooks, `${name}.ipynb`), 'utf8'));
    for (const cell of notebook.cells) readable(cell);
    writeFileSync(join(place, `${name}.ipynb`), JSON.stringify(notebook));
  }
  const files = names.map((name) => join(place, `${name}.ipynb`));
  const asked = ['-m', 'nbconvert', '--to', 'markdown', '--log-level', 'WARN', ...files];
  await promisify(execFile)(venvPython, asked, { env: environment({}) });
  return names.map((name) => {
    const path = join(place, `${name}.md`);
    writeFileSync(path, titled(readFileSync(path, 'utf8'), 'Notebooks'));
    return path;
  });
}

/**
 * A cell as a page shows it: formulas drawn, links to notebooks as links to their pages, charts as their pictures.
 * @param {Cell} cell
 */
function readable(cell) {
  const text = [cell.source].flat().join('');
  if (cell.cell_type === 'markdown') cell.source = withMath(text).replace(/(\]\([^)\s]+)\.ipynb\)/g, '$1.md)');
  for (const { data } of cell.outputs ?? []) {
    if (!data) continue;
    for (const kind of Object.keys(data)) if (kind.endsWith('+json')) delete data[kind];
    // a blank line would end the table's HTML
    const html = data['text/html'];
    if (html)
      data['text/html'] = [html]
        .flat()
        .join('')
        .replace(/\n\s*\n/g, '\n');
  }
}
