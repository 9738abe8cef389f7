import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '..');

export interface Tarball {
  readonly name: string;
  readonly path: string;
  readonly files: readonly string[];
}

/** The packages that are published, as folders relative to the root. */
export function publicPackages(): string[] {
  return globSync('packages/*/package.json', { cwd: ROOT })
    .filter(
      (file) => (JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as { private?: boolean }).private !== true,
    )
    .map((file) => path.dirname(file))
    .sort();
}

/** Packs a package exactly as `npm publish` would. */
export function pack(folder: string, destination: string): Tarball {
  const options = { cwd: path.join(ROOT, folder), encoding: 'utf8' } as const;
  const printed = execFileSync('npm', ['pack', '--json', '--pack-destination', destination], options);
  const result: unknown = JSON.parse(printed);
  // npm prints a list, newer versions an object with one property a package
  const [packed] = Object.values(
    result as Record<string, { name: string; filename: string; files: { path: string }[] }>,
  );
  if (packed === undefined) throw new Error(`npm pack printed nothing for ${folder}`);
  const files = packed.files.map((file) => file.path);
  return { name: packed.name, path: path.join(destination, path.basename(packed.filename)), files };
}

/** Runs a command with our output; throws when it fails. */
export function run(command: string, args: readonly string[], cwd: string = ROOT): void {
  const { status, signal, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${signal ?? `exit ${status}`}`);
}
