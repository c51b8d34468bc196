import { join } from 'node:path';
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
    expect(found).toEqual(expect.arrayContaining(['simulate', 'tasks.gaussian10d', 'plots.curvePlot', 'Prior.logProb', 'InvalidInputError.what']));
    expect(found.length).toBeGreaterThan(150);
  });

  it('has doc comments with a sentence, the owner of tensors, the errors and the options', () => {
    const problems = names.flatMap((each) => missing(each, checker).map((problem) => `${each.name}: ${problem}`));
    expect(problems).toEqual([]);
  });
});
