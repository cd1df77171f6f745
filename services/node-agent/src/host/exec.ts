// Running a program: absolute path, arguments as an array, never a shell. Every run has a deadline and a bound on what
// it may print, because a tool that hangs or floods must not take the agent with it.
import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

export interface ExecOptions {
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /**
   * How far it stands back for others, to 19. Set from here as soon as it runs: `nice` would be another program before each of
   * the many that probes run, and take longer than most of them.
   */
  readonly nice?: number;
}

export interface ExecResult {
  /** Exit code; 124 when the deadline passed, 127 when the program could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export type Exec = (path: string, args: readonly string[], options?: ExecOptions) => Promise<ExecResult>;

const DEFAULT_TIMEOUT_MS = 20_000;
const DEFAULT_MAX_OUTPUT = 64 * 1024 * 1024;

/** C locale, so that parsers see one language; a fixed PATH, so that nothing inherited decides which program runs. */
const ENVIRONMENT = { LANG: 'C', LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

export const execFile: Exec = (path, args, options = {}) => {
  if (!path.startsWith('/')) return Promise.reject(new Error(`a program is named by its absolute path, not "${path}"`));
  const maxOutput = options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT;
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(path, [...args], { env: ENVIRONMENT, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let size = 0;
    let ending: { code: number; note: string } | undefined;
    const stop = (code: number, note: string): void => {
      ending ??= { code, note };
      child.kill('SIGKILL');
    };
    const timer = setTimeout(
      () => stop(124, `no answer within ${options.timeoutMs ?? DEFAULT_TIMEOUT_MS} ms`),
      options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    );
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutput) stop(124, `more than ${maxOutput} bytes of output`);
      else into.push(chunk);
    };
    child.stdout.on('data', collect(out));
    child.stderr.on('data', collect(err));
    child.stdin.on('error', () => {
      // The program may close its input early; its exit code says what happened.
    });
    if (options.nice !== undefined && child.pid !== undefined) standBack(child.pid, options.nice);
    child.stdin.end(options.input ?? '');
    const finish = (code: number, note: string): void => {
      clearTimeout(timer);
      resolve({
        code,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8') + note,
        durationMs: Math.round(performance.now() - started),
      });
    };
    child.on('error', (error) => finish(127, error.message));
    child.on('close', (code) => finish(ending?.code ?? code ?? 1, ending?.note ?? ''));
  });
};

function standBack(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
  } catch {
    // It has ended already, or may not be told: its deadline and its bounds hold all the same.
  }
}
