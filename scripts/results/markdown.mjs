const columns = 120;

/**
 * A table; its cells are text already.
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/**
 * A paragraph broken into lines of at most 120 columns.
 * @param {string} text
 */
export function paragraph(text) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = lines.length > 0 ? `${lines[lines.length - 1]} ${word}` : '';
    if (longer && longer.length <= columns) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}

/**
 * A number with so many decimals; a zero has no sign.
 * @param {number} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/**
 * Such as `0.5239 ± 0.0066`; the value alone where there is no error.
 * @param {number} value
 * @param {number | undefined} error
 * @param {number} digits
 */
export function withError(value, error, digits) {
  return error === undefined ? fixed(value, digits) : `${fixed(value, digits)} ± ${fixed(error, digits)}`;
}

/**
 * A number of three significant digits, such as `0.97`, `2.99` and `12.5`.
 * @param {number} value
 */
export function short(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** @param {number} value such as 10000, which becomes `10,000` */
export function thousands(value) {
  return value.toLocaleString('en-US');
}

/** @param {readonly string[]} words such as a, b, c, which become `a, b and c` */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** @param {readonly number[]} numbers such as 1, 2, 3, which become `1 to 3` */
export function span(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  const whole = last - first === sorted.length - 1 && sorted.length > 2;
  return whole ? `${first} to ${last}` : listed(sorted.map(String));
}
