import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Machine } from './results.js';

/** What the figures depend on: the machine, Node, and the versions of what was compared. */
export function thisMachine(folder: string): Machine {
  const [cpu] = os.cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: os.cpus().length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release()}`,
    node: process.version,
    versions: installedVersions(folder),
  };
}

function installedVersions(folder: string): Record<string, string> {
  const manifest = readJson(path.join(folder, 'package.json')) as { devDependencies: Record<string, string> };
  const versions = Object.keys(manifest.devDependencies).map((name) => [name, versionOf(folder, name)] as const);
  return Object.fromEntries(versions.filter((each): each is [string, string] => each[1] !== undefined));
}

// Found as Node finds it, but without `exports`, which need not name the manifest.
function versionOf(folder: string, name: string): string | undefined {
  const places = createRequire(path.join(folder, 'package.json')).resolve.paths(name) ?? [];
  for (const place of places) {
    try {
      return (readJson(path.join(place, name, 'package.json')) as { version: string }).version;
    } catch {
      // It lies further up.
    }
  }
  return undefined;
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
