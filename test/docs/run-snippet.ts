import ts from 'typescript';

/** Told the value of each expression whose comment states one, with the comment. */
export type Said = (value: unknown, stated: string) => void;

/** A comment that states a value: `// 2`, `// [1, 3]`, `// true`, `// shape [100, 2]`. */
const statement = /^[ \t]*\/\/ (-?\d[\d.e-]*|\[.*\]|true|false|shape \[[\d, ]*\])[ \t]*$/;

/** Runs a snippet with the given names in scope; its imports from 'scorebook' are taken from `library`. */
export async function runSnippet(
  code: string,
  scope: Readonly<Record<string, unknown>>,
  library: object,
  said: Said,
): Promise<void> {
  const { outputText } = ts.transpileModule(`(async () => {\n${instrumented(code)}\n})`, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022 },
  });
  const names = Object.keys(scope);
  const make = new Function(
    ...names,
    'library',
    'said',
    `return ${outputText.trim().replace(/^"use strict";\s*/, '')}`,
  ) as (...values: unknown[]) => () => Promise<void>;
  await make(...names.map((name) => scope[name]), library, said)();
}

/** The snippet with its imports turned into declarations, and each stated value handed to `said`. */
function instrumented(code: string): string {
  const source = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  let text = '';
  let end = 0;
  for (const node of source.statements) {
    text += code.slice(end, node.getStart());
    end = node.end;
    const stated = statement.exec(code.slice(node.end).split('\n')[0])?.[1];
    const told = stated === undefined ? undefined : JSON.stringify(stated);
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      const elements =
        bindings && ts.isNamedImports(bindings) ? bindings.elements.filter((each) => !each.isTypeOnly) : [];
      text += `const { ${elements.map((each) => (each.propertyName ? `${each.propertyName.text}: ${each.name.text}` : each.name.text)).join(', ')} } = library;`;
    } else if (told && ts.isExpressionStatement(node)) text += `said((${node.expression.getText()}), ${told});`;
    else if (told && ts.isVariableStatement(node))
      text += `${node.getText()} said(${node.declarationList.declarations[0].name.getText()}, ${told});`;
    else text += node.getText();
  }
  return text + code.slice(end);
}

/** The number of values that a snippet states. */
export function statedValues(code: string): number {
  return instrumented(code).split('said(').length - 1;
}
