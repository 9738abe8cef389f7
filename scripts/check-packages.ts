/** Packs every public package and looks at the tarball with publint and "Are the Types Wrong?". */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack, publicPackages, run } from './packages.js';

const REQUIRED = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
const UNWANTED = /\.test(-d)?\.|tsbuildinfo/;

const folder = mkdtempSync(path.join(tmpdir(), 'actguard-pack-'));
try {
  for (const source of publicPackages()) {
    const tarball = pack(source, folder);
    console.log(`${tarball.name}: ${tarball.files.length} files`);
    const missing = REQUIRED.filter((file) => !tarball.files.includes(file));
    const unwanted = tarball.files.filter((file) => UNWANTED.test(file));
    if (missing.length > 0) throw new Error(`${tarball.name} lacks ${missing.join(', ')}`);
    if (unwanted.length > 0) throw new Error(`${tarball.name} must not contain ${unwanted.join(', ')}`);
    run('publint', ['run', '--strict', tarball.path]);
    run('attw', [tarball.path, '--profile', 'esm-only', '--no-emoji']);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
