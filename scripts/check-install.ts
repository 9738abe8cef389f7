/** Installs the packed packages into an empty project and uses them under every supported version of Node. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack, run } from './packages.js';

/** Core must work with nothing beside it; a meter needs what it meters. */
const PROJECTS = [
  { packages: ['packages/core'], dependencies: {}, smoke: 'smoke.mjs' },
  {
    packages: ['packages/core', 'packages/metering', 'packages/openai'],
    dependencies: { openai: '^7.57.0' },
    smoke: 'smoke-meter.mjs',
  },
  { packages: ['packages/core', 'packages/redis'], dependencies: { ioredis: '^6.0.0' }, smoke: 'smoke-redis.mjs' },
];

for (const { packages, dependencies, smoke } of PROJECTS) {
  const folder = mkdtempSync(path.join(tmpdir(), 'actguard-install-'));
  try {
    const tarballs = packages.map((source) => pack(source, folder));
    const packed = Object.fromEntries(tarballs.map((tarball) => [tarball.name, `file:${path.basename(tarball.path)}`]));
    const manifest = {
      private: true,
      type: 'module',
      dependencies: { ...packed, ...dependencies },
      devDependencies: { node: '22' },
      allowScripts: { node: true },
    };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
    copyFileSync(path.join(import.meta.dirname, 'install', smoke), path.join(folder, smoke));
    for (const node of [path.join(folder, 'node_modules/.bin/node'), process.execPath]) run(node, [smoke], folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
