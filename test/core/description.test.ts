import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { counted, described, descriptionOf } from '../../lib/core/description';

const thing = (calls: number) =>
  described({ calls, big: new Float32Array(1000) }, () => ({
    title: 'A thing',
    facts: { calls: `${calls}`, to: 'go on' },
  }));

test('a described value is printed as its description, alone and within another', () => {
  expect(inspect(thing(3))).toBe('A thing\n  calls  3\n  to     go on');
  expect(inspect({ thing: thing(3) })).toBe('{\n  thing: A thing\n    calls  3\n    to     go on\n}');
  expect(inspect([described({}, () => ({ title: 'Bare', facts: {} }))])).toBe('[ Bare ]');
});

test('the description is neither data nor copied', () => {
  const one = thing(3);
  expect(Object.keys(one)).toEqual(['calls', 'big']);
  expect(JSON.stringify({ ...one, big: 0 })).toBe('{"calls":3,"big":0}');
  expect(descriptionOf(one)?.title).toBe('A thing');
  for (const other of [{ ...one }, null, undefined, 5, {}]) expect(descriptionOf(other)).toBeUndefined();
});

test('a value may be described anew', () => {
  expect(inspect(described(thing(3), () => ({ title: 'Renamed', facts: {} })))).toBe('Renamed');
});

test('things are counted', () => {
  expect([0, 1, 20_000].map((count) => counted(count, 'set'))).toEqual(['0 sets', '1 set', '20,000 sets']);
});
