import ts from 'typescript';

/** One documented thing that users can reach: an export, or a public member of one. */
export interface Documented {
  /** Such as `tasks.gaussian10d` or `Prior.sample`. */
  readonly name: string;
  readonly symbol: ts.Symbol;
  /** The function whose doc comment it is: an exported one, or a member of a constant record. */
  readonly fn?: ts.FunctionLikeDeclaration;
}

/** The exports of a module, those of its namespaces, and the members of interfaces, classes and constant records. */
export function documentedNames(program: ts.Program, entry: string, isOurs: (file: string) => boolean): Documented[] {
  const checker = program.getTypeChecker();
  const found: Documented[] = [];
  const visit = (symbol: ts.Symbol, prefix: string): void => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const declaration = target.declarations?.find((each) => isOurs(each.getSourceFile().fileName));
    if (!declaration) return;
    const name = `${prefix}${symbol.name}`;
    if (ts.isSourceFile(declaration)) {
      for (const each of checker.getExportsOfModule(target)) visit(each, `${name}.`);
      return;
    }
    found.push({ name, symbol: target, ...(ts.isFunctionDeclaration(declaration) && { fn: declaration }) });
    for (const member of membersOf(declaration)) {
      const inner =
        (member as ts.NamedDeclaration & { symbol?: ts.Symbol }).symbol ?? checker.getSymbolAtLocation(member.name!);
      if (!inner) continue;
      const value = ts.isPropertyAssignment(member) ? member.initializer : undefined;
      const isFunction = value && (ts.isArrowFunction(value) || ts.isFunctionExpression(value));
      found.push({ name: `${name}.${inner.name}`, symbol: inner, ...(isFunction && { fn: value }) });
    }
  };
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  for (const symbol of checker.getExportsOfModule(module)) visit(symbol, '');
  return found;
}

/**
 * Properties and methods that are declared on the spot; parameters of a constructor count where they are properties.
 */
function membersOf(declaration: ts.Declaration): ts.NamedDeclaration[] {
  if (ts.isInterfaceDeclaration(declaration)) return declaration.members.filter((each) => each.name !== undefined);
  if (ts.isTypeAliasDeclaration(declaration))
    return ts.isTypeLiteralNode(declaration.type) ? declaration.type.members.filter((each) => each.name) : [];
  if (
    ts.isVariableDeclaration(declaration) &&
    !declaration.type &&
    declaration.initializer &&
    ts.isObjectLiteralExpression(declaration.initializer)
  ) {
    return [...declaration.initializer.properties];
  }
  if (!ts.isClassDeclaration(declaration)) return [];
  return declaration.members.flatMap((member): ts.NamedDeclaration[] => {
    if (ts.isConstructorDeclaration(member))
      return member.parameters.filter((each) => ts.isParameterPropertyDeclaration(each, member));
    const flags = ts.getCombinedModifierFlags(member);
    // `name` of an error is what its class is called
    const isInherited = flags & ts.ModifierFlags.Override || flags & ts.ModifierFlags.Private;
    return member.name && !isInherited ? [member] : [];
  });
}

/** What is missing in a doc comment; empty where it is whole. */
export function missing({ symbol, fn }: Documented, checker: ts.TypeChecker): string[] {
  const sentence = ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();
  const problems: string[] = [];
  if (!/^\S+ [\s\S]*[.:?]/.test(sentence)) problems.push('a sentence');
  if (!fn) return problems;
  const tags = (name: string): string[] =>
    symbol.getJsDocTags(checker).flatMap((tag) => (tag.name === name ? [ts.displayPartsToString(tag.text)] : []));
  const whole = [sentence, ...tags('returns')].join(' ');
  if (returnsTensors(fn, checker) && !/dispos|owns|belong|the caller's/.test(whole))
    problems.push('the owner of the returned tensors');
  if (throws(fn) && tags('throws').length === 0) problems.push('@throws');
  const named = tags('param').map((text) => text.split(/\s/)[0]);
  for (const { parameter, names } of looseOptions(fn)) {
    if (named.includes(parameter)) continue;
    problems.push(...names.filter((name) => !named.includes(name)).map((name) => `@param ${name}`));
  }
  return problems;
}

/** Options whose type has no name and so no documented members, by parameter. */
function looseOptions(fn: ts.FunctionLikeDeclaration): { parameter: string; names: string[] }[] {
  return fn.parameters.map(({ name, type }) => {
    const literals = type ? literalsIn(type) : ts.isObjectBindingPattern(name) ? [name] : [];
    const entries = literals.flatMap((literal): ts.NamedDeclaration[] => [
      ...(ts.isTypeLiteralNode(literal) ? literal.members : literal.elements),
    ]);
    return {
      parameter: name.getText(),
      names: entries.filter((each) => !hasDoc(each)).map((each) => each.name!.getText()),
    };
  });
}

function literalsIn(type: ts.TypeNode): (ts.TypeLiteralNode | ts.ObjectBindingPattern)[] {
  if (ts.isTypeLiteralNode(type)) return [type];
  return ts.isIntersectionTypeNode(type) ? type.types.flatMap(literalsIn) : [];
}

function hasDoc(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

/** Whether a function gives tensors, at once or as a promise. */
function returnsTensors(fn: ts.FunctionLikeDeclaration, checker: ts.TypeChecker): boolean {
  const signature = checker.getSignatureFromDeclaration(fn);
  const text = fn.type?.getText() ?? (signature ? checker.typeToString(signature.getReturnType()) : '');
  return /^(Promise<)?(tf\.)?(Tensor|Scalar|Key|Simulations)(\dD)?\b|^(T|C)$/.test(text);
}

/** Whether a function throws, itself or in a function of its file that it calls. */
function throws(fn: ts.FunctionLikeDeclaration, seen = new Set<ts.Node>()): boolean {
  if (seen.has(fn)) return false;
  seen.add(fn);
  const local = (name: string): ts.FunctionDeclaration | undefined =>
    fn
      .getSourceFile()
      .statements.find(
        (each): each is ts.FunctionDeclaration => ts.isFunctionDeclaration(each) && each.name?.text === name,
      );
  const visit = (node: ts.Node): boolean => {
    if (ts.isThrowStatement(node) && !rethrows(node)) return true;
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const called = local(node.expression.text);
      if (called && throws(called, seen)) return true;
    }
    return ts.forEachChild(node, visit) ?? false;
  };
  return fn.body ? visit(fn.body) : false;
}

/** `throw error` of what was caught. */
function rethrows({ expression }: ts.ThrowStatement): boolean {
  return ts.isIdentifier(expression);
}
