import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

const NAMES = ['valkey-server', 'redis-server'];

/** The path of a server that can be started, if there is one on `PATH`. Valkey goes first. */
export function serverBinary(searched = process.env['PATH'] ?? ''): string | undefined {
  const folders = searched.split(path.delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
