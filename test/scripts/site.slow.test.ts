import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildSite } from '../../scripts/docs/build-site.mjs';
import { brokenLinks } from '../../scripts/docs/links.mjs';
import { notebookNames } from '../../scripts/notebooks/run-notebook.mjs';

describe('the documentation site', () => {
  const site = mkdtempSync(join(tmpdir(), 'scorebook-site-'));
  beforeAll(() => buildSite(site), 300_000);
  afterAll(() => rmSync(site, { recursive: true }));
  const read = (path: string): string => readFileSync(join(site, path), 'utf8');

  it('loads nothing from the network, and has no broken link', () => {
    const { pages, links, broken } = brokenLinks(site);
    expect(broken).toEqual([]);
    expect(pages).toBeGreaterThan(400);
    expect(links).toBeGreaterThan(10 * pages);
  });

  it('begins with the README, and has a page for each notebook, with its figures', () => {
    expect(read('index.html')).toContain('<h1');
    expect(read('index.html')).toContain('In fifteen lines');
    const documents = readdirSync(join(site, 'documents'));
    const withFigures = documents.filter((name) =>
      /<img [^>]*src="\.\.\/media\/[^"]*\.svg"/.test(read(`documents/${name}`)),
    );
    expect(withFigures.length).toBe(notebookNames().length);
    // formulas are drawn, not left as they are written
    expect(withFigures.filter((name) => read(`documents/${name}`).includes('<math')).length).toBeGreaterThan(3);
  });

  it('has the text of the functions, options of an object too', () => {
    const text = read('functions/scorebook.predictorCorrector.html');
    expect(text).toContain('relativeStep');
    expect(text).toMatch(/Options/);
    expect(existsSync(join(site, 'functions', 'scorebook.diagnostics.check.html'))).toBe(true);
  });
});
