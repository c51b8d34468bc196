/**
 * Makes `{ prior }` work where `prior` was declared in an earlier cell.
 *
 * tslab reads the names of earlier cells from its `exports` object and rewrites each use of one, but not in a shorthand
 * property, which then fails with "prior is not defined". Here shorthand properties are written out,
 * `{ prior: prior }`, before tslab sees the cell. Columns of messages after one on the same line move by its length.
 */
'use strict';

const ts = require('@tslab/typescript-for-tslab');
const converter = require('tslab/dist/converter.js');

function writtenOut(source) {
  const names = [];
  const visit = (node) => {
    // `({ a = 1 } = b)` is no value but a pattern: it stays as it is
    if (ts.isShorthandPropertyAssignment(node) && !node.objectAssignmentInitializer) names.push(node.name);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true));
  return names.reduceRight((text, name) => `${text.slice(0, name.end)}: ${name.text}${text.slice(name.end)}`, source);
}

const { createConverter } = converter;
converter.createConverter = (options) => {
  const made = createConverter(options);
  return { ...made, convert: (declarations, source) => made.convert(declarations, writtenOut(source)) };
};
