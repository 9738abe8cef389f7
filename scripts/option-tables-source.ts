import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** One option, as its interface declares it. */
export interface DeclaredOption {
  readonly name: string;
  /** Its type as a reader sees it: without `readonly`, `NoInfer`, line breaks, and the `undefined` of what may be left out. */
  readonly type: string;
  readonly isRequired: boolean;
  /** The docstring without its tags, in one line; empty where there is none. */
  readonly description: string;
  /** What `@default` says. */
  readonly documentedDefault: string | undefined;
  /** The defaults that code of the package gives it, as they are written there. */
  readonly codeDefaults: readonly string[];
}

const PRINTER = ts.createPrinter({ removeComments: true });

/** Most alternatives that a name stands for and that a table shows instead of the name. */
const MAX_ALTERNATIVES = 3;

/** The interfaces of all packages, read from their sources. */
export class OptionSource {
  readonly #files: readonly ts.SourceFile[];
  /** Short lists of texts by their name, such as `Mode`: those of a package by itself, and those of all. */
  readonly #choices = new Map<string, readonly string[]>();
  /** Names of what a package declares itself, whatever another one calls so. */
  readonly #own = new Set<string>();

  /** @param sources texts of source files by name */
  constructor(sources: Readonly<Record<string, string>>) {
    this.#files = Object.entries(sources).map(([name, text]) =>
      ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true),
    );
    for (const file of this.#files) for (const statement of file.statements) this.#note(file, statement);
  }

  #note(file: ts.SourceFile, statement: ts.Statement): void {
    if (!ts.isTypeAliasDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) return;
    const own = nameIn(file, statement.name.text);
    this.#own.add(own);
    if (!ts.isTypeAliasDeclaration(statement) || !ts.isUnionTypeNode(statement.type)) return;
    const { types } = statement.type;
    const texts = types.flatMap(textOf);
    if (texts.length > MAX_ALTERNATIVES || texts.length < types.length) return;
    for (const name of [own, statement.name.text]) this.#choices.set(name, texts);
  }

  /** Reads `packages/*` of a repository, without tests. */
  static of(root: string): OptionSource {
    const names = globSync('packages/*/src/**/*.ts', { cwd: root }).filter((name) => !/\.test(-d)?\.ts$/.test(name));
    return new OptionSource(
      Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(root, name), 'utf8')])),
    );
  }

  /**
   * The options of an interface, inherited ones first.
   *
   * @throws {Error} where no interface has this name, or more than one
   */
  optionsOf(name: string): DeclaredOption[] {
    const [declaration, ...others] = this.#files.flatMap((file) =>
      file.statements.filter(ts.isInterfaceDeclaration).filter((each) => each.name.text === name),
    );
    if (declaration === undefined) throw new Error(`no package has an interface ${name}`);
    if (others.length > 0) {
      const places = [declaration, ...others].map((each) => each.getSourceFile().fileName);
      throw new Error(`more than one interface is called ${name}: ${places.join(', ')}`);
    }
    const parents = (declaration.heritageClauses ?? []).flatMap((clause) => clause.types);
    const inherited = parents.flatMap((parent) => this.optionsOf(parent.expression.getText()));
    const own = declaration.members.map((member) => this.#optionOf(name, member));
    return [...inherited.filter((option) => own.every((each) => each.name !== option.name)), ...own];
  }

  #optionOf(owner: string, member: ts.TypeElement): DeclaredOption {
    const name = member.name?.getText();
    const isProperty = ts.isPropertySignature(member) || ts.isMethodSignature(member);
    if (name === undefined || !isProperty)
      throw new Error(`${owner} has a member that is no option: ${member.getText()}`);
    const tag = ts.getJSDocTags(member).find((each) => each.tagName.text === 'default');
    const isRequired = member.questionToken === undefined;
    return {
      name,
      type: this.#typeOf(member),
      isRequired,
      description: oneLine(ts.getJSDocCommentsAndTags(member).filter(ts.isJSDoc).map(commentText).join(' ')),
      documentedDefault: tag && oneLine(ts.getTextOfJSDocComment(tag.comment) ?? ''),
      codeDefaults: isRequired ? [] : this.#codeDefaultsOf(owner, name),
    };
  }

  #typeOf(member: ts.PropertySignature | ts.MethodSignature): string {
    const type = ts.isMethodSignature(member)
      ? ts.factory.createFunctionTypeNode(member.typeParameters, member.parameters, member.type as ts.TypeNode)
      : (member.type as ts.TypeNode);
    const shown = member.questionToken === undefined ? type : withoutUndefined(type);
    const file = member.getSourceFile();
    const { transformed } = ts.transform(shown, [
      (context) => (root) => this.#simplified(root, file, context) as ts.TypeNode,
    ]);
    return oneLine(PRINTER.printNode(ts.EmitHint.Unspecified, transformed[0] as ts.Node, file).replaceAll('"', "'"));
  }

  // Without wrappers that only tell the compiler something; a constructor type is what callers know as a class.
  #simplified(node: ts.Node, file: ts.SourceFile, context: ts.TransformationContext): ts.Node {
    const visit = (inner: ts.Node): ts.Node => this.#simplified(inner, file, context);
    if (ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.ReadonlyKeyword) return visit(node.type);
    if (ts.isTypeReferenceNode(node) && ts.isIdentifier(node.typeName)) {
      const [only] = node.typeArguments ?? [];
      if (only !== undefined && ['NoInfer', 'Readonly'].includes(node.typeName.text)) return visit(only);
      const own = nameIn(file, node.typeName.text);
      const choice = this.#choices.get(this.#own.has(own) ? own : node.typeName.text);
      return choice === undefined ? ts.visitEachChild(node, visit, context) : choiceOf(choice);
    }
    if (ts.isParenthesizedTypeNode(node) && ts.isConstructorTypeNode(node.type)) return visit(node.type);
    if (ts.isConstructorTypeNode(node)) return ts.factory.createTypeReferenceNode('Class', [node.type]);
    return ts.visitEachChild(node, visit, context);
  }

  // Where an option is read, the interface is mentioned; another one of the same name in such a file must agree or be renamed.
  #codeDefaultsOf(owner: string, option: string): string[] {
    const readers = this.#files.filter((file) => new RegExp(`\\b${owner}\\b`).test(file.text));
    const found = new Set<string>();
    const visit = (node: ts.Node): void => {
      const value = defaultIn(node, option);
      if (value !== undefined && isConstant(value)) found.add(value.getText());
      ts.forEachChild(node, visit);
    };
    for (const file of readers) visit(file);
    return [...found];
  }
}

/** A name, of one package. */
function nameIn(file: ts.SourceFile, name: string): string {
  return `${/^packages\/[^/]+\//.exec(file.fileName)?.[0] ?? ''}${name}`;
}

function textOf(type: ts.TypeNode): string[] {
  return ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal) ? [type.literal.text] : [];
}

function withoutUndefined(type: ts.TypeNode): ts.TypeNode {
  if (!ts.isUnionTypeNode(type)) return type;
  const others = type.types.filter((each) => each.kind !== ts.SyntaxKind.UndefinedKeyword);
  const [only] = others;
  if (only === undefined || others.length > 1) return ts.factory.createUnionTypeNode(others);
  return ts.isParenthesizedTypeNode(only) ? only.type : only;
}

function choiceOf(texts: readonly string[]): ts.TypeNode {
  const literal = (text: string): ts.TypeNode =>
    ts.factory.createLiteralTypeNode(ts.factory.createStringLiteral(text, true));
  return ts.factory.createUnionTypeNode(texts.map(literal));
}

// `{ period = '1m' }`, `check.duration('period', '1m')`, `options.period ?? '1m'`.
function defaultIn(node: ts.Node, option: string): ts.Expression | undefined {
  if (ts.isBindingElement(node))
    return (node.propertyName ?? node.name).getText() === option ? node.initializer : undefined;
  if (ts.isCallExpression(node)) {
    const [first, ...others] = node.arguments;
    const isCheck = node.expression.getText().startsWith('check.') && !node.expression.getText().endsWith('.problem');
    return isCheck && first !== undefined && ts.isStringLiteral(first) && first.text === option
      ? others.at(-1)
      : undefined;
  }
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken) return undefined;
  const isRead = ts.isPropertyAccessExpression(node.left) && node.left.name.text === option;
  return isRead && /options/i.test(node.left.getText()) ? node.right : undefined;
}

function isConstant(value: ts.Expression): boolean {
  if (ts.isArrayLiteralExpression(value)) return value.elements.every(isConstant);
  if (ts.isIdentifier(value)) return /^[A-Z][A-Z_]*$/.test(value.text);
  return ts.isLiteralExpression(value) || ['true', 'false'].includes(value.getText());
}

function commentText(comment: ts.JSDoc): string {
  return ts.getTextOfJSDocComment(comment.comment) ?? '';
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
