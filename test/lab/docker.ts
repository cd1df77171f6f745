// The few Docker commands the lab needs, each with a deadline, each failing with what Docker said.
import { spawn } from 'node:child_process';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `docker …` and answers whatever came of it. Not in the terminal's group: a Ctrl-C there is for us, who then wait for
 * what Docker was asked for and take it away. Killed in the middle, it would come about all the same, and nobody knew of it;
 * and what was to be taken away would stay.
 */
export async function tryDocker(args: readonly string[], deadlineMs = 60_000, input?: string): Promise<Ran> {
  return await run(args, { deadlineMs, input, ofItsOwn: true });
}

export interface ImageBuild {
  image: string;
  dockerfile: string;
  folder: string;
  /** More arguments of `docker build`. */
  args?: readonly string[];
  deadlineMs: number;
  /** Given up when this is aborted. */
  stopped?: AbortSignal | undefined;
}

/** May be stopped at any moment, because a build leaves nothing behind that somebody has to know of. */
export async function buildImage({
  image,
  dockerfile,
  folder,
  args = [],
  deadlineMs,
  stopped,
}: ImageBuild): Promise<void> {
  stopped?.throwIfAborted();
  // The classic builder keeps the container of a step that was stopped, unless it is told not to.
  const build = ['build', '--quiet', '--force-rm', '--network=host', ...args, '-t', image, '-f', dockerfile, folder];
  const ran = await run(build, { deadlineMs, stopped, ofItsOwn: false });
  stopped?.throwIfAborted();
  if (ran.code !== 0) throw failure(build, ran);
}

interface Asked {
  deadlineMs: number;
  input?: string | undefined;
  stopped?: AbortSignal | undefined;
  /** In a process group of its own. */
  ofItsOwn: boolean;
}

async function run(args: readonly string[], { deadlineMs, input, stopped, ofItsOwn }: Asked): Promise<Ran> {
  return await new Promise((resolve) => {
    const child = spawn('docker', args, { stdio: ['pipe', 'pipe', 'pipe'], detached: ofItsOwn });
    const ran = { stdout: '', stderr: '' };
    const late = setTimeout(() => {
      ran.stderr += `\nNo end within ${deadlineMs / 1000} s.`;
      child.kill('SIGKILL');
    }, deadlineMs);
    const stop = (): void => void child.kill('SIGTERM');
    stopped?.addEventListener('abort', stop, { once: true });
    const over = (): void => {
      clearTimeout(late);
      stopped?.removeEventListener('abort', stop);
    };
    child.stdout.on('data', (chunk: Buffer) => (ran.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (ran.stderr += chunk.toString()));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    child.once('error', (error) => {
      over();
      resolve({ code: 127, stdout: '', stderr: error.message });
    });
    child.once('close', (code) => {
      over();
      resolve({ code: code ?? 137, ...ran });
    });
  });
}

/** Runs `docker …` and answers its output; throws when it fails. */
export async function docker(args: readonly string[], deadlineMs = 60_000, input?: string): Promise<string> {
  const ran = await tryDocker(args, deadlineMs, input);
  if (ran.code === 0) return ran.stdout.trim();
  throw failure(args, ran);
}

const failure = (args: readonly string[], { code, stdout, stderr }: Ran): Error =>
  new Error(`docker ${args.slice(0, 3).join(' ')} … failed (exit code ${code}):\n${stderr}${stdout}`);

/** A sentence when there is no engine to work with. */
export async function requireEngine(): Promise<void> {
  const ran = await tryDocker(['version', '--format', '{{.Server.Version}}'], 15_000);
  if (ran.code !== 0) {
    throw new Error(
      `The lab needs a running Docker engine that this user may talk to (Debian: apt-get install docker.io). docker version said: ${ran.stderr.trim()}`,
    );
  }
}
