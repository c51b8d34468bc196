import { join } from 'node:path';
import type ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { documentedNames, missing } from './documented';
import { libraryProgram, root } from './program';

const program = libraryProgram();
const checker = program.getTypeChecker();
const library = join(root, 'lib');
const names = documentedNames(program, join(library, 'index.ts'), (file) => file.startsWith(library));

describe('what the library exports', () => {
  it('is found, members and namespaces included', () => {
    const found = names.map(({ name }) => name);
    expect(found).toEqual(
      expect.arrayContaining([
        'simulate',
        'tasks.gaussian10d',
        'plots.curvePlot',
        'Prior.logProb',
        'InvalidInputError.what',
      ]),
    );
    expect(found.length).toBeGreaterThan(150);
  });

  it('has at most a hundred names at its top, and as many options at the top of a training as a glance takes', () => {
    const top = checker.getExportsOfModule(
      checker.getSymbolAtLocation(program.getSourceFile(join(library, 'index.ts'))!)!,
    );
    expect(top.length).toBeLessThanOrEqual(100);
    const typeOf = (name: string): ts.Type => {
      const symbol = top.find((each) => each.name === name)!;
      return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(symbol));
    };
    for (const name of ['NpseOptions', 'FlowNpeOptions'])
      expect(typeOf(name).getProperties().length, name).toBeLessThanOrEqual(10);
  });

  it('has doc comments with a sentence, the owner of tensors, the errors and the options', () => {
    const problems = names.flatMap((each) => missing(each, checker).map((problem) => `${each.name}: ${problem}`));
    expect(problems).toEqual([]);
  });

  it('would not pass without them', () => {
    const path = join(root, 'test', 'docs', 'undocumented.ts');
    const source = `
      import * as tf from '@tensorflow/tfjs';
      export interface Bare { readonly value: number }
      /** A tensor of ones. */
      export function ones({ size = 1 } = {}): tf.Tensor { if (size < 1) throw new Error('size'); return tf.ones([size]); }
      /** Draws a number, by a function of its file that throws. */
      export function draw(): number { return refuse(); }
      function refuse(): never { throw new Error('no'); }`;
    const small = libraryProgram(new Map([[path, source]]));
    const problems = documentedNames(small, path, (file) => file === path).flatMap((each) =>
      missing(each, small.getTypeChecker()).map((problem) => `${each.name}: ${problem}`),
    );
    expect(problems.sort()).toEqual([
      'Bare.value: a sentence',
      'Bare: a sentence',
      'draw: @throws',
      'ones: @param size',
      'ones: @throws',
      'ones: the owner of the returned tensors',
    ]);
  });
});
