import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { fencesOf } from './fences.js';

/** One fenced block of a Markdown file. `snippetsOf` explains the words after the fence. */
export interface Snippet {
  readonly document: string;
  /** The line of the document on which the code begins, counted from 1. */
  readonly line: number;
  readonly code: string;
  /** Execute it too: it must exit with 0. */
  readonly run: boolean;
  /** It must not compile. */
  readonly error: boolean;
  /** Compile it under `experimentalDecorators`. */
  readonly legacy: boolean;
  /** Its name, by which other blocks of the same document import it. */
  readonly file: string;
  /** What it must print: the `text` block that follows a `run` block. */
  readonly output: string | undefined;
}

export interface Execution {
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

const ROOT = path.resolve(import.meta.dirname, '../..');
const TIME_LIMIT = 30_000;
const FLAGS = ['run', 'error', 'legacy'];

/**
 * The ` ```ts ` blocks of a document. Words after `ts`: `run` (execute; a ` ```text ` block right after it is what it
 * prints), `file=NAME.ts` (other blocks import it as `./NAME.js`), `error` (must not compile), `legacy`.
 */
export function snippetsOf(document: string, markdown: string): Snippet[] {
  const fences = fencesOf(document, markdown);
  const files = new Set<string>();
  return fences.flatMap((fence, index) => {
    if (fence.language !== 'ts') return [];
    const at = `${document}:${fence.line}`;
    const named = fence.words.filter((word) => word.startsWith('file=')).map((word) => word.slice('file='.length));
    const unknown = fence.words.filter((word) => !FLAGS.includes(word) && !word.startsWith('file='));
    if (unknown.length > 0) throw new Error(`${at}: unknown words after \`\`\`ts: ${unknown.join(' ')}`);
    const file = named[0] ?? `line-${fence.line}.ts`;
    if (!/^[\w-]+(\.test)?\.ts$/.test(file) || named.length > 1)
      throw new Error(`${at}: bad file name: ${named.join(' ')}`);
    if (files.has(file)) throw new Error(`${at}: another block is already called ${file}`);
    files.add(file);
    const next = fences[index + 1];
    const printed = next?.language === 'text' && next.followsAtOnce ? next.code : undefined;
    const run = fence.words.includes('run');
    return {
      document,
      line: fence.line,
      code: fence.code,
      run,
      error: fence.words.includes('error'),
      legacy: fence.words.includes('legacy'),
      file,
      output: run ? printed : undefined,
    };
  });
}

/** Snippets, written to a folder inside the repository so that they see its `node_modules`. */
export class Snippets {
  readonly #folder: string;
  readonly #snippets: readonly Snippet[];

  constructor(name: string, snippets: readonly Snippet[]) {
    this.#folder = path.join(ROOT, 'tests/.out', name);
    this.#snippets = snippets;
    rmSync(this.#folder, { recursive: true, force: true });
    for (const snippet of snippets) {
      const file = this.#fileOf(snippet);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, snippet.code);
    }
    for (const mode of ['stage3', 'legacy']) {
      const compilerOptions = { experimentalDecorators: mode === 'legacy' };
      mkdirSync(this.#folder, { recursive: true });
      const config = { extends: path.join(ROOT, 'tsconfig.base.json'), compilerOptions, include: ['**/*.ts'] };
      writeFileSync(this.#config(mode === 'legacy'), JSON.stringify(config));
    }
  }

  /** The compiler's complaints about each snippet, with line numbers of the document. */
  typeCheck(): Map<Snippet, string[]> {
    const problems = new Map<Snippet, string[]>();
    for (const legacy of [false, true]) {
      const snippets = this.#snippets.filter((snippet) => snippet.legacy === legacy);
      if (snippets.length === 0) continue;
      const parsed = ts.getParsedCommandLineOfConfigFile(
        this.#config(legacy),
        {
          noEmit: true,
          composite: false,
          declaration: false,
          declarationMap: false,
          moduleDetection: ts.ModuleDetectionKind.Force,
        },
        {
          ...ts.sys,
          onUnRecoverableConfigFileDiagnostic: (problem) => {
            throw new Error(text(problem));
          },
        },
      );
      const program = ts.createProgram(
        snippets.map((snippet) => this.#fileOf(snippet)),
        parsed?.options ?? {},
      );
      const general = [
        ...(parsed?.errors ?? []),
        ...program.getOptionsDiagnostics(),
        ...program.getGlobalDiagnostics(),
      ];
      if (general.length > 0) throw new Error(general.map(text).join('\n'));
      for (const snippet of snippets) {
        const source = program.getSourceFile(this.#fileOf(snippet));
        if (source === undefined) throw new Error(`${snippet.document}:${snippet.line} is not in the program`);
        const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
        problems.set(
          snippet,
          found.map((problem) => {
            const { line, character } = source.getLineAndCharacterOfPosition(problem.start ?? 0);
            return `${snippet.document}:${snippet.line + line}:${character + 1} - TS${problem.code}: ${text(problem)}`;
          }),
        );
      }
    }
    return problems;
  }

  execute(snippet: Snippet): Promise<Execution> {
    const { FORCE_COLOR: _, ...environment } = process.env;
    const env = { ...environment, NO_COLOR: '1', TSX_TSCONFIG_PATH: this.#config(snippet.legacy) };
    const args = ['--enable-source-maps', '--import', 'tsx', this.#fileOf(snippet)];
    return new Promise((resolve) => {
      const options = { cwd: ROOT, env, timeout: TIME_LIMIT, killSignal: 'SIGKILL' } as const;
      execFile(process.execPath, args, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.killed ? `killed after ${TIME_LIMIT} ms` : (error.code ?? 'failed');
        resolve({ code, stdout, stderr: this.#inDocument(snippet, stderr) });
      }).stdin?.end();
    });
  }

  /** Stack traces point to the document instead of to our copy. */
  #inDocument(snippet: Snippet, trace: string): string {
    const places = trace.replaceAll('file://', '').split(`${this.#fileOf(snippet)}:`);
    const lineOf = (line: string): string => `${snippet.document}:${snippet.line + Number(line) - 1}`;
    return places.map((part, index) => (index === 0 ? part : part.replace(/^\d+/, lineOf))).join('');
  }

  #fileOf(snippet: Snippet): string {
    return path.join(this.#folder, snippet.document.replace(/\.md$/, '').replaceAll(/[^\w-]+/g, '-'), snippet.file);
  }

  #config(legacy: boolean): string {
    return path.join(this.#folder, `tsconfig.${legacy ? 'legacy' : 'stage3'}.json`);
  }
}

function text(problem: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(problem.messageText, '\n');
}
