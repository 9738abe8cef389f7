import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';

const WATCH = 'read -r _; kill -9 "$1"; if [ -n "$2" ]; then rm -rf -- "$2"; fi';

/**
 * Kills another process, and removes its folder, when this one has ended, in whatever way.
 *
 * @returns ends the watch; to be called as soon as the other process has ended, as its id may then be another's
 */
export function killWithThisProcess(pid: number, folder = ''): () => void {
  // No `exit` event: jest hides the real one from tests, and there is none after SIGKILL. A pipe ends in any case.
  const watcher = spawn('sh', ['-c', WATCH, 'sh', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  (watcher.stdin as Socket).unref();
  return () => void watcher.kill('SIGKILL');
}
