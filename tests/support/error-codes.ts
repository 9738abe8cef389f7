import ts from 'typescript';

/** A code that the sources give to an error, or to a refusal. */
export interface ErrorCode {
  readonly code: string;
  /** Whether it is given together with `retryable: true`. */
  readonly retryable: boolean;
  /** `file:line` of each place, relative to nothing: as the program names its files. */
  readonly places: readonly string[];
}

/**
 * Every code in the sources of a program. A code is what is given as `code`: to a property, a parameter or its default, a
 * field, and each member of a union of texts whose name ends in `Code`. The compiler says what each expression may be, so
 * constants are followed.
 *
 * @param isSource whether a file is part of the sources
 * @param makesErrors whether what a file declares as `code` is that of an error. Others only show codes, or have their own
 * @throws {Error} naming the place where a code is made up at run time, so that nobody can tell what it is
 */
export function errorCodesOf(
  program: ts.Program,
  isSource: (file: string) => boolean,
  makesErrors = isSource,
): Map<string, ErrorCode> {
  const collector = new Collector(program.getTypeChecker(), makesErrors);
  for (const file of program.getSourceFiles()) if (isSource(file.fileName)) collector.visit(file);
  return collector.codes;
}

/** Names of the classes that a module exports and that extend `Error`. */
export function errorClassesOf(
  program: ts.Program,
  fileName: string,
): { name: string; isAbstract: boolean; hasCode: boolean }[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(fileName);
  const module = file && checker.getSymbolAtLocation(file);
  if (module === undefined) throw new Error(`${fileName} is no module of the program`);
  return checker.getExportsOfModule(module).flatMap((exported) => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const declaration = symbol.declarations?.find(ts.isClassDeclaration);
    const type = checker.getDeclaredTypeOfSymbol(symbol);
    if (declaration === undefined || !extendsError(type, checker)) return [];
    const isAbstract = hasModifier(declaration, ts.SyntaxKind.AbstractKeyword);
    return [{ name: exported.name, isAbstract, hasCode: checker.getPropertyOfType(type, 'code') !== undefined }];
  });
}

function extendsError(type: ts.Type, checker: ts.TypeChecker): boolean {
  if (type.symbol?.name === 'Error') return true;
  const bases = type.isClassOrInterface() ? checker.getBaseTypes(type) : [];
  return bases.some((base) => extendsError(base, checker));
}

function hasModifier(declaration: ts.ClassDeclaration, kind: ts.SyntaxKind): boolean {
  return declaration.modifiers?.some((modifier) => modifier.kind === kind) ?? false;
}

class Collector {
  readonly codes = new Map<string, ErrorCode>();
  readonly #checker: ts.TypeChecker;
  readonly #makesErrors: (file: string) => boolean;

  constructor(checker: ts.TypeChecker, makesErrors: (file: string) => boolean) {
    this.#checker = checker;
    this.#makesErrors = makesErrors;
  }

  visit(node: ts.Node): void {
    if (ts.isPropertyAssignment(node) && isCode(node.name)) {
      this.#visitProperty(node.initializer, node.parent);
    } else if (ts.isShorthandPropertyAssignment(node) && isCode(node.name)) {
      this.#visitProperty(node.name, node.parent);
    } else if ((ts.isParameter(node) || ts.isPropertyDeclaration(node)) && isCode(node.name) && node.initializer) {
      if (this.#isOfErrors(node)) this.#take(node.initializer, node);
    } else if (ts.isTypeAliasDeclaration(node) && node.name.text.endsWith('Code')) {
      if (this.#isOfErrors(node)) this.#takeTexts(this.#checker.getTypeAtLocation(node.name), node, node);
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      this.#visitArguments(node);
    }
    ts.forEachChild(node, (child) => this.visit(child));
  }

  #visitArguments(call: ts.CallExpression | ts.NewExpression): void {
    const parameters = this.#checker.getResolvedSignature(call)?.parameters ?? [];
    parameters.forEach((parameter, index) => {
      const given = call.arguments?.[index];
      if (parameter.name !== 'code' || given === undefined) return;
      const isOfErrors = parameter.declarations?.some((declaration) => this.#isOfErrors(declaration));
      // A code of somebody else's error is `unknown`.
      const isText = (this.#checker.getTypeOfSymbol(parameter).flags & ts.TypeFlags.Unknown) === 0;
      if (isOfErrors && isText) this.#take(given, call);
    });
  }

  #visitProperty(value: ts.Expression, object: ts.ObjectLiteralExpression): void {
    const type = this.#checker.getContextualType(object);
    const property = type && this.#checker.getPropertyOfType(this.#checker.getNonNullableType(type), 'code');
    const declarations = property?.declarations ?? [];
    if (declarations.some((declaration) => this.#isOfErrors(declaration))) {
      this.#take(value, object);
    } else if (declarations.length === 0) {
      // An object whose type nobody knows may become an error's facts, or be anything else.
      this.#takeTexts(this.#checker.getTypeAtLocation(value), value, object);
    }
  }

  #isOfErrors(declaration: ts.Node): boolean {
    return this.#makesErrors(declaration.getSourceFile().fileName);
  }

  /** @param around where `retryable` would stand beside it */
  #take(value: ts.Expression, around: ts.Node): void {
    if (ts.isParenthesizedExpression(value) || ts.isAsExpression(value) || ts.isSatisfiesExpression(value)) {
      this.#take(value.expression, around);
    } else if (ts.isConditionalExpression(value)) {
      this.#take(value.whenTrue, around);
      this.#take(value.whenFalse, around);
    } else if (ts.isBinaryExpression(value) && isEither(value.operatorToken.kind)) {
      this.#take(value.left, around);
      this.#take(value.right, around);
    } else if (!this.#takeTexts(this.#checker.getTypeAtLocation(value), value, around)) {
      this.#follow(value, around);
    }
  }

  #takeTexts(type: ts.Type, node: ts.Node, around: ts.Node): boolean {
    const types = type.isUnion() ? type.types : [type];
    const texts = types.filter((each) => (each.flags & ts.TypeFlags.Undefined) === 0);
    if (texts.length === 0 || !texts.every((each) => each.isStringLiteral())) return types.length > texts.length;
    for (const text of texts) this.#add((text as ts.StringLiteralType).value, node, around);
    return true;
  }

  // A code that is only passed on, as it is or cut, is taken where it comes from.
  #follow(value: ts.Expression, around: ts.Node): void {
    if (ts.isIdentifier(value)) {
      const parent = value.parent;
      const symbol = ts.isShorthandPropertyAssignment(parent)
        ? this.#checker.getShorthandAssignmentValueSymbol(parent)
        : this.#checker.getSymbolAtLocation(value);
      const [declaration] = symbol?.declarations ?? [];
      if (declaration && ts.isVariableDeclaration(declaration) && declaration.initializer) {
        return this.#take(declaration.initializer, around);
      }
    }
    if (!mentionsCode(value))
      throw new Error(`${placeOf(value)}: nobody can tell which code this is: ${value.getText()}`);
  }

  #add(code: string, node: ts.Node, around: ts.Node): void {
    const known = this.codes.get(code);
    const retryable = known?.retryable || /\bretryable: true\b/.test(around.getText());
    this.codes.set(code, { code, retryable, places: [...(known?.places ?? []), placeOf(node)] });
  }
}

function isCode(name: ts.Node): boolean {
  return (ts.isIdentifier(name) || ts.isPrivateIdentifier(name)) && name.text.replace('#', '') === 'code';
}

function mentionsCode(node: ts.Node): boolean {
  return isCode(node) || ts.forEachChild(node, (child) => mentionsCode(child) || undefined) === true;
}

function isEither(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.QuestionQuestionToken || kind === ts.SyntaxKind.BarBarToken;
}

function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}
