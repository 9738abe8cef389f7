/** Installs the packed @actguard/core into an empty project and uses it under every supported version of Node. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack, run } from './packages.js';

const folder = mkdtempSync(path.join(tmpdir(), 'actguard-install-'));
try {
  const tarball = pack('packages/core', folder);
  const manifest = {
    private: true,
    type: 'module',
    dependencies: { [tarball.name]: `file:${path.basename(tarball.path)}` },
    devDependencies: { node: '22' },
    allowScripts: { node: true },
  };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder);
  copyFileSync(path.join(import.meta.dirname, 'install/smoke.mjs'), path.join(folder, 'smoke.mjs'));
  for (const node of [path.join(folder, 'node_modules/.bin/node'), process.execPath]) run(node, ['smoke.mjs'], folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
