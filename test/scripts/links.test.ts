import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokenLinks } from '../../scripts/docs/links.mjs';
import { withMath } from '../../scripts/docs/math.mjs';
import { titled } from '../../scripts/docs/pages.mjs';

describe('the links of a site', () => {
  let site = '';
  beforeEach(() => {
    site = mkdtempSync(join(tmpdir(), 'site-'));
    mkdirSync(join(site, 'pages'));
    writeFileSync(join(site, 'index.html'), '<h1 id="top">A</h1><a href="pages/b%20c.html?x=1#d&amp;e">b</a>');
  });
  afterEach(() => rmSync(site, { recursive: true }));

  it('lead somewhere, or are told with their page', () => {
    writeFileSync(
      join(site, 'pages', 'b c.html'),
      '<h2 id="d&amp;e">B</h2><a class="x" href="../index.html#top">a</a>',
    );
    expect(brokenLinks(site)).toEqual({ pages: 2, links: 2, broken: [] });
  });

  it.each([
    ['<a href="c.html">', 'c.html: there is no such file'],
    ['<a href="../index.html#bottom">', '../index.html#bottom: the page has no such place'],
    ['<a href="#nowhere">', '#nowhere: the page has no such place'],
    ['<a href="..">', '..: there is no such file'],
    ['<script src="https://cdn.example/x.js"></script>', 'https://cdn.example/x.js: is loaded from the network'],
    ['<link rel="stylesheet" href="//cdn.example/x.css">', '//cdn.example/x.css: is loaded from the network'],
    ['<img alt="a" src="file:///tmp/a.png">', 'file:///tmp/a.png: has an unknown scheme'],
  ])('are broken: %s', (html, said) => {
    writeFileSync(join(site, 'pages', 'b c.html'), `<h2 id="d&amp;e">B</h2>${html}`);
    expect(brokenLinks(site).broken).toEqual([`pages/b c.html: ${said}`]);
  });
});

describe('a page of the site', () => {
  it('has formulas as MathML, and dollars of code as they are', () => {
    const html = withMath('A level $\\theta_t$ of `${name}` costs $5 or $6.\n\n$$x^2$$');
    expect(html).toMatch(/A level <span class="katex"><math.*<mi>θ<\/mi>.*<\/math><\/span> of `\$\{name\}`/);
    expect(html).toContain('display="block"');
    expect(html).not.toMatch(/annotation|\\theta/);
    expect(() => withMath('$\\frac{1}{$')).toThrow(/KaTeX parse error/);
  });

  it('is named by its first heading', () => {
    expect(titled('# The `lib` folder\n\nText', 'Pages')).toBe(
      '---\ntitle: "The lib folder"\ngroup: Pages\n---\n\n# The `lib` folder\n\nText',
    );
  });
});
