// The few Docker commands the lab needs, each with a deadline, each failing with what Docker said.
import { spawn } from 'node:child_process';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `docker …` and answers whatever came of it. */
export async function tryDocker(args: readonly string[], deadlineMs = 60_000, input?: string): Promise<Ran> {
  return await new Promise((resolve) => {
    const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const ran = { stdout: '', stderr: '' };
    const late = setTimeout(() => {
      ran.stderr += `\nNo end within ${deadlineMs / 1000} s.`;
      child.kill('SIGKILL');
    }, deadlineMs);
    child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    child.once('error', (error) => {
      clearTimeout(late);
      resolve({ code: 127, stdout: '', stderr: error.message });
    });
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code: code ?? 137, ...ran });
    });
  });
}

/** Runs `docker …` and answers its output; throws when it fails. */
export async function docker(args: readonly string[], deadlineMs = 60_000, input?: string): Promise<string> {
  const ran = await tryDocker(args, deadlineMs, input);
  if (ran.code === 0) return ran.stdout.trim();
  throw new Error(`docker ${args.slice(0, 3).join(' ')} … failed (exit code ${ran.code}):\n${ran.stderr}${ran.stdout}`);
}

/** A sentence when there is no engine to work with. */
export async function requireEngine(): Promise<void> {
  const ran = await tryDocker(['version', '--format', '{{.Server.Version}}'], 15_000);
  if (ran.code !== 0) {
    throw new Error(
      `The lab needs a running Docker engine that this user may talk to (Debian: apt-get install docker.io). docker version said: ${ran.stderr.trim()}`,
    );
  }
}
