// One start per data folder. The lock names its process, so that one left behind by a kill is seen to be stale.
import { openSync, readFileSync, rmSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/** Throws with a sentence when another start uses the folder. The answer gives it free again. */
export function claimFolder(folder: string): () => void {
  const path = join(folder, 'start.lock');
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const lock = openSync(path, 'wx', 0o600);
      writeSync(lock, String(process.pid));
      closeSync(lock);
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readFileSync(path, 'utf8'));
    if (isStart(holder)) {
      throw new Error(
        `Muster already runs on ${folder} (process ${holder}). Stop it with Ctrl-C where it was started, or choose another folder with MUSTER_DATA and another port with MUSTER_PORT.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new Error(`${path} could not be claimed; another start took it at the same moment.`);
}

/** A process id is reused after a while, so what runs under it must be a start of ours. */
function isStart(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.ts');
  } catch {
    return process.platform !== 'linux';
  }
}
