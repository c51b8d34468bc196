import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { librarySources, root } from './program';

/** A piece of documented code. */
export interface Snippet {
  /** Where it stands and what it shows: the title of its test. */
  readonly name: string;
  /** The documented source file, from the root; README blocks have none, since they import what they use. */
  readonly file?: string;
  readonly code: string;
}

/** The ```ts blocks of README.md. */
export function readmeSnippets(): Snippet[] {
  const text = readFileSync(join(root, 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => ({
    name: `README.md:${text.slice(0, match.index).split('\n').length}`,
    code: match[1],
  }));
}

/** The examples in the doc comments of lib/. */
export function docSnippets(): Snippet[] {
  return librarySources().flatMap((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ES2022, true);
    const found: Snippet[] = [];
    const visit = (node: ts.Node): void => {
      for (const doc of ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)) {
        if (doc.parent !== node) continue;
        for (const tag of doc.tags?.filter(({ tagName }) => tagName.text === 'example') ?? []) {
          const line = source.getLineAndCharacterOfPosition(tag.pos).line + 1;
          found.push({
            name: `${file}:${line} ${nameOf(node)}`,
            file,
            code: ts.getTextOfJSDocComment(tag.comment) ?? '',
          });
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function nameOf(node: ts.Node): string {
  if (ts.isVariableStatement(node)) return node.declarationList.declarations[0].name.getText();
  return (node as ts.Node & { name?: ts.Node }).name?.getText() ?? '';
}

/** The names that a snippet uses and does not declare at its top, property names included. */
export function usedNames(code: string): Set<string> {
  const source = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  const used = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) used.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const drop = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) used.delete(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) drop(element.name);
  };
  for (const statement of source.statements) {
    if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach((each) => drop(each.name));
    else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name)
      drop(statement.name);
  }
  return used;
}
