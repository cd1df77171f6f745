// The `muster` program from source, as an operator of the host runs it.
import { execFile } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../services/cli/src/main.ts');

/** `url`: the database as superuser. */
export function runMuster(url: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const options = ['--conditions=source', '--disable-warning=ExperimentalWarning', PROGRAM, ...args];
  const env = { ...process.env, MUSTER_DATABASE_URL_ADMIN: url };
  return new Promise((resolve) => {
    execFile(process.execPath, options, { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}
