import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/**
 * The links of a site that lead nowhere: to a file that is not there, to a place that a page does not have, and those
 * that would load something from the network. Where an address outside leads is not asked.
 * @param {string} site
 * @returns {{ pages: number, links: number, broken: string[] }} with the page of each broken link
 */
export function brokenLinks(site) {
  const pages = readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.html'));
  /** @type {Map<string, Set<string>>} */
  const known = new Map();
  const places = (/** @type {string} */ file) => {
    let found = known.get(file);
    if (!found) known.set(file, (found = placesOf(readFileSync(file, 'utf8'))));
    return found;
  };
  /** @type {string[]} */
  const broken = [];
  let links = 0;
  for (const page of pages) {
    const file = join(site, page);
    for (const { tag, address } of addressesOf(readFileSync(file, 'utf8'))) {
      links++;
      const why = fault(address, tag, file, places);
      if (why) broken.push(`${relative(site, file)}: ${address}: ${why}`);
    }
  }
  return { pages: pages.length, links, broken };
}

/**
 * @param {string} address
 * @param {string} tag
 * @param {string} file
 * @param {(file: string) => Set<string>} places
 */
function fault(address, tag, file, places) {
  if (/^data:/.test(address)) return undefined;
  if (/^(https?:)?\/\//.test(address)) {
    if (tag !== 'a') return 'is loaded from the network';
    return URL.canParse(address) ? undefined : 'is no address';
  }
  if (/^[a-z]+:/.test(address)) return 'has an unknown scheme';
  const [path, place] = address.split('#');
  const target = path === '' ? file : join(dirname(file), decodeURIComponent(path.split('?')[0]));
  if (!existsSync(target) || !statSync(target).isFile()) return 'there is no such file';
  if (!place || !target.endsWith('.html')) return undefined;
  return places(target).has(decodeURIComponent(place)) ? undefined : 'the page has no such place';
}

/** @param {string} html */
function addressesOf(html) {
  return [...html.matchAll(/<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"/g)].map(([, tag, address]) => ({
    tag,
    address: address.replaceAll('&amp;', '&').replaceAll('&#39;', "'"),
  }));
}

/** @param {string} html */
function placesOf(html) {
  return new Set([...html.matchAll(/\s(?:id|name)="([^"]*)"/g)].map(([, id]) => id.replaceAll('&amp;', '&')));
}
