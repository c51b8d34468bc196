import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/setup/paths.mjs';
import { arrows } from '../../scripts/structure/arrows.mjs';

const pages = [
  'README.md',
  'CHANGELOG.md',
  'bench/README.md',
  'lib/README.md',
  'lib/studies/README.md',
  'results/README.md',
];
const records = new Map(
  readdirSync(join(root, 'lib', 'adr')).map((name) => [`lib/adr/${name.slice(0, 4)}`, `lib/adr/${name}`]),
);
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, found]) => found);

describe('the pages of the project', () => {
  it.each(pages)('%s names only files and scripts that are there', (page) => {
    const text = read(page);
    const named = matches(text, /`((?:bench|data|lib|notebooks|results|scripts)\/[\w./-]+)`/g)
      // a record is named by its number
      .map((path) => path.replace(/^lib\/adr\/\d{4}$/, (record) => records.get(record) ?? record));
    const linked = matches(text, /\]\(([^)#:]+)(?:#[^)]*)?\)/g).map((path) => join(dirname(page), path));
    const lost = [...named, ...linked].filter((path) => !existsSync(join(root, path)));
    expect(lost).toEqual([]);
    const scripts = JSON.parse(read('package.json')).scripts;
    expect(matches(text, /npm run ([\w:]+)/g).filter((name) => !(name in scripts))).toEqual([]);
  });

  it.each(pages)('%s keeps to 120 columns outside of its tables', (page) => {
    const code = /^```.*?^```$/gms;
    const lines = read(page).replace(code, '').split('\n');
    expect(lines.filter((line) => line.length > 120 && !line.startsWith('|') && !line.startsWith('!['))).toEqual([]);
  });
});

describe('the README', () => {
  const readme = read('README.md');

  it('is read in a few minutes: at most 1,300 words', () => {
    expect(readme.trim().split(/\s+/).length).toBeLessThanOrEqual(1300);
  });

  it('maps every folder of lib/, and no other, in the order of the table of arrows', () => {
    const map = readme.slice(readme.indexOf('## Map of `lib/`'), readme.indexOf('## Words'));
    expect(matches(map, /^\| `(\w+)` \|/gm)).toEqual(Object.keys(arrows));
  });
});
