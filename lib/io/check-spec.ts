import { readFileSync } from 'node:fs';
import { demand, objectOf, refuse } from '../core/checks';
import { entryText } from '../core/number-entries';
import type { VegaLiteSpec } from '../records/figure-spec';

type Json = Readonly<Record<string, unknown>>;

/** Vega-Lite's own lists, from the schema that comes with it. */
interface Known {
  readonly marks: readonly string[];
  readonly channels: readonly string[];
  readonly types: readonly string[];
}

/** The keys that hold views in a view. */
const lists = ['layer', 'concat', 'hconcat', 'vconcat'] as const;

/**
 * Refuses a Vega-Lite specification with what is wrong in it, and where: Vega-Lite itself leaves out what it does not
 * know, or fails inside.
 * @param what how messages name it, such as `show`.
 * @throws InvalidInputError for a view without a mark, an unknown mark, channel or type, an encoding without a field or
 * value, and a field that the rows of the view's own data do not have.
 */
export function checkSpec(what: string, spec: VegaLiteSpec): void {
  checkView(what, spec, known(), undefined);
}

let lazily: Known | undefined;

function known(): Known {
  if (lazily) return lazily;
  const { definitions } = JSON.parse(
    readFileSync(require.resolve('vega-lite/build/vega-lite-schema.json'), 'utf8'),
  ) as {
    definitions: Record<string, { enum: string[]; properties: object }>;
  };
  return (lazily = {
    marks: [...definitions.Mark.enum, 'boxplot', 'errorband', 'errorbar'],
    channels: Object.keys(definitions.FacetedEncoding.properties),
    types: definitions.Type.enum,
  });
}

/** @param inherited the columns of the data of the views around, where they are known. */
function checkView(at: string, view: unknown, names: Known, inherited: readonly string[] | undefined): void {
  const spec = objectOf(at, view as Json, 'a view of a Vega-Lite specification, an object');
  const columns = columnsOf(spec, inherited);
  for (const key of lists) {
    if (spec[key] === undefined) continue;
    const views = spec[key];
    if (!Array.isArray(views)) refuse(`${at}.${key}`, 'an array of views', entryText(views));
    Array.from(views as unknown[]).forEach((each, i) => checkView(`${at}.${key}[${i}]`, each, names, columns));
  }
  const isComposed = lists.some((key) => spec[key] !== undefined);
  if (spec.facet !== undefined || spec.repeat !== undefined) checkView(`${at}.spec`, spec.spec, names, undefined);
  else if (!isComposed) checkMark(at, spec.mark, names);
  if (spec.encoding === undefined) return;
  const definitions = checkEncoding(`${at}.encoding`, spec.encoding, names, columns);
  // what layers share may be a part of theirs
  if (!isComposed) definitions.forEach(([where, definition]) => checkSource(where, definition));
}

function checkMark(at: string, mark: unknown, { marks }: Known): void {
  const name = typeof mark === 'object' && mark !== null ? (mark as Json).type : mark;
  const remedy = 'A Vega-Lite specification has a mark, or a layer, facet, repeat or concat of views that have.';
  demand(`${at}.mark`, marks.includes(name as string), `one of ${marks.join(', ')}`, name, remedy);
}

/** Checks an encoding's channels; gives their definitions with their places. */
function checkEncoding(
  at: string,
  encoding: unknown,
  names: Known,
  columns: readonly string[] | undefined,
): [string, Json][] {
  const channels = Object.entries(objectOf(at, encoding as Json, 'channels, such as { x, y }'));
  return channels.flatMap(([channel, given]): [string, Json][] => {
    const where = `${at}.${channel}`;
    demand(at, names.channels.includes(channel), `channels among ${names.channels.join(', ')}`, channel);
    if (given === null || Array.isArray(given)) return [];
    const definition = objectOf(where, given as Json, 'an object, such as { field, type }');
    const { type, field } = definition;
    demand(`${where}.type`, type === undefined || names.types.includes(type as string), names.types.join(', '), type);
    const isMissing = columns && typeof field === 'string' && !/[.[\\]/.test(field) && !columns.includes(field);
    if (isMissing) refuse(`${where}.field`, `one of ${columns.join(', ')}, which the data have`, field);
    return [[where, definition]];
  });
}

/** What a channel may take its values from. */
const sources = ['field', 'value', 'datum', 'aggregate', 'condition', 'signal'];

function checkSource(where: string, definition: Json): void {
  const isThere = sources.some((key) => definition[key] !== undefined);
  const received = `the keys ${Object.keys(definition).join(', ') || '(none)'}`;
  demand(where, isThere, 'a field, a value, a datum or an aggregate', received);
}

/** The columns of a view's rows; undefined where they come from elsewhere, or are transformed. */
function columnsOf(spec: Json, inherited: readonly string[] | undefined): readonly string[] | undefined {
  if (spec.transform !== undefined) return undefined;
  if (spec.data === undefined) return inherited;
  const values = (spec.data as Json | null)?.values;
  if (!Array.isArray(values) || values.length === 0) return undefined;
  const isRecord = (row: unknown): row is object => typeof row === 'object' && row !== null;
  return values.every(isRecord) ? [...new Set(values.flatMap((row) => Object.keys(row)))] : undefined;
}
