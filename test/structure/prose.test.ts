import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { proseColumns, wideProse } from '../../scripts/structure/prose.mjs';

const root = join(__dirname, '..', '..');

/** The Markdown files of a folder and, where asked for, of the folders in it, as paths from the project. */
function markdownOf(folder: string, isDeep = false): string[] {
  return readdirSync(join(root, folder), { recursive: isDeep, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

describe('Markdown of the project', () => {
  const files = [
    ...['README.md', 'CHANGELOG.md', 'bench/README.md'],
    ...markdownOf('lib', true).filter((path) => !/\/(dist|node_modules)\//.test(path)),
    ...markdownOf('results', true),
  ];

  it.each(files)(`has no prose wider than ${proseColumns} columns: %s`, (file) => {
    expect(wideProse(readFileSync(join(root, file), 'utf8'))).toEqual([]);
  });
});

describe('a decision record', () => {
  it.each(markdownOf('lib/adr'))('begins with its decision, and names only files that are there: %s', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    expect(text).toMatch(/^# \d+\. .*\n\n\*\*Decision\.\*\* /);
    const named = [...text.matchAll(/`((?:lib|test|bench|scripts|notebooks|results|data)\/[\w./-]+)`/g)];
    expect(named.map(([, path]) => path).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

describe('wideProse', () => {
  const wide = 'word '.repeat(30).trim();

  it('finds wide lines of paragraphs, lists and headings by number and width', () => {
    expect(wideProse(`short\n${wide}\n\n- ${wide}\n  - ${wide}\n\n# ${wide}`)).toEqual([
      '2: 149',
      '4: 151',
      '5: 153',
      '7: 151',
    ]);
    expect(wideProse('x'.repeat(120))).toEqual([]);
    expect(wideProse('12345', 4)).toEqual(['1: 5']);
  });

  it('counts characters, not their code units', () => {
    expect(wideProse('𝜃'.repeat(120))).toEqual([]);
  });

  it('leaves tables, pictures and code alone, and goes on after them', () => {
    const code = `\`\`\`ts\n${wide}\n\`\`\`\n\n    npm start\n    ${wide}\n`;
    expect(wideProse(`| a |\n| ${wide} |\n![${wide}](figure.png)\n${code}`)).toEqual([]);
    expect(wideProse(`${code}\n${wide}`)).toEqual(['8: 149']);
  });

  it('does not take a paragraph of a list for code', () => {
    expect(wideProse(`1. one\n    ${wide}`)).toEqual(['2: 153']);
  });
});
