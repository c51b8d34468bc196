import tseslint from 'typescript-eslint';
import { arrows, nodeOnly } from './scripts/structure/arrows.mjs';

/**
 * One block per folder of lib/: what it must not import. test/structure/arrows.test.ts proves the same on the whole.
 */
const importArrows = Object.entries(arrows).map(([folder, allowed]) => {
  const forbidden = Object.keys(arrows).filter((other) => other !== folder && !allowed.includes(other));
  const group = forbidden.flatMap((other) => [`../${other}/*`, `../../${other}/*`]);
  const patterns = [
    {
      group: [...group, '../index', 'scorebook'],
      message: `lib/${folder} must not know this part (scripts/structure/arrows.mjs).`,
    },
  ];
  if (!['graph', 'io', 'notebook', 'simulation', 'data'].includes(folder)) {
    patterns.push({
      group: ['node:*', ...nodeOnly],
      message: 'Only graph, io, notebook, data and the workers of simulate may use Node.',
    });
  }
  return { files: [`lib/${folder}/**/*.ts`], rules: { 'no-restricted-imports': ['error', { patterns }] } };
});

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.venv*/**', '.cache/**', 'site/**', 'notebooks/**', 'results/**', 'data/**'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'warn',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      // Prettier breaks code; this is for what it leaves as it is, comments above all.
      'max-len': [
        'error',
        { code: 120, ignoreUrls: true, ignoreStrings: true, ignoreTemplateLiterals: true, ignoreRegExpLiterals: true },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Named exports only: a name is then the same everywhere.',
        },
      ],
    },
  },
  { files: ['*.config.m[tj]s'], rules: { 'no-restricted-syntax': 'off' } },
  // require: the library is CommonJS, and what few notebooks use is loaded only where it is used.
  { files: ['**/*.cjs', 'lib/**/*.ts'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  ...importArrows,
);
