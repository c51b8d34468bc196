/** The widest line of prose, as of code. */
export const proseColumns = 120;

/**
 * The lines of a Markdown text that are wider than the limit, as `number: width`; tables, code and pictures aside.
 * @param {string} markdown
 * @param {number} [columns]
 */
export function wideProse(markdown, columns = proseColumns) {
  /** @type {string[]} */
  const wide = [];
  let isFenced = false;
  let isIndented = false;
  let before = '';
  for (const [i, line] of markdown.split('\n').entries()) {
    const isFence = /^\s*(```|~~~)/.test(line);
    // an indented line is code after an empty line, and in a list a paragraph
    isIndented = /^ {4}/.test(line) && (isIndented || (before.trim() === '' && !/^ {4}[-*\d]/.test(line)));
    const isProse = !isFence && !isFenced && !isIndented && !/^\s*(\||!\[)/.test(line);
    const width = [...line].length;
    if (isProse && width > columns) wide.push(`${i + 1}: ${width}`);
    if (isFence) isFenced = !isFenced;
    before = line;
  }
  return wide;
}
