import katex from 'katex';

/**
 * Markdown whose formulas, $...$ and $$...$$, are MathML; code keeps its dollars.
 * @param {string} text
 */
export function withMath(text) {
  return text
    .split(/(```[\s\S]*?```|`[^`]*`)/)
    .map((part, i) => (i % 2 === 1 ? part : formulas(part)))
    .join('');
}

/** @param {string} text */
function formulas(text) {
  return text
    .replace(/\$\$([\s\S]+?)\$\$/g, (_, tex) => `\n\n${drawn(tex, true)}\n\n`)
    .replace(/\$([^$\s](?:[^$]*[^$\s])?)\$/g, (_, tex) => drawn(tex, false));
}

/**
 * @param {string} tex
 * @param {boolean} displayMode
 */
function drawn(tex, displayMode) {
  const html = katex.renderToString(tex, { output: 'mathml', displayMode, strict: false });
  // the source of the formula, which Markdown would read
  return html.replace(/<annotation[\s\S]*?<\/annotation>/g, '').replace(/\n/g, ' ');
}
