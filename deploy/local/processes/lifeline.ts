// A child process that cannot outlive us. A shell stands between: it waits on a pipe that only we hold, so when we are
// gone, even by kill -9, the pipe closes and the shell passes the stop signal on. The child leads a process group of its
// own, so a Ctrl-C in the terminal reaches only the supervisor, which then stops everything in order.
import { readFileSync } from 'node:fs';
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import type { UnprivilegedUser } from './unprivileged-user.ts';

/**
 * `$1` is the signal, the rest the command. Standard input of the shell is the lifeline; it is kept as descriptor 9, since
 * a shell gives its background jobs an empty one (3 may be Node's IPC channel). The child gets neither.
 */
const SHELL = `
stop=$1; shift
exec 9<&0 </dev/null
"$@" 9<&- &
child=$!
trap 'kill -s "$stop" "$child" 2>/dev/null' TERM INT
( read -r _ <&9; kill -s "$stop" "$child" 2>/dev/null ) &
watcher=$!
exec 9<&-
wait "$child"; code=$?
while kill -0 "$child" 2>/dev/null; do wait "$child"; code=$?; done
kill "$watcher" 2>/dev/null
exit "$code"`;

export interface LifelineOptions {
  /** How this program is asked to stop politely: PostgreSQL wants INT (fast shutdown), most want TERM. */
  stopSignal: 'TERM' | 'INT';
  user?: UnprivilegedUser;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Opens an IPC channel to a Node child, over which it says that it is ready. */
  ipc?: boolean;
}

export interface LifelineChild {
  process: ChildProcess;
  /** The id of the program behind the shell; undefined when it is gone, or off Linux. */
  programId(): number | undefined;
  /** Resolves with a short account of how it ended ("exit code 1", "signal SIGKILL"). */
  exited: Promise<string>;
  /** Asks politely, and after the deadline kills. Resolves when the process is gone. */
  stop(deadlineMs: number): Promise<void>;
}

export function spawnWithLifeline(command: string, args: readonly string[], options: LifelineOptions): LifelineChild {
  const stdio: StdioOptions = options.ipc === true ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'];
  const child = spawn('/bin/sh', ['-c', SHELL, 'lifeline', options.stopSignal, command, ...args], {
    stdio,
    detached: true,
    cwd: options.cwd,
    env: options.env ?? process.env,
    ...(options.user === undefined ? {} : { uid: options.user.uid, gid: options.user.gid }),
  });
  let gone = false;
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      gone = true;
      resolve(error.message);
    });
    child.once('exit', (code, signal) => {
      gone = true;
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`);
    });
  });
  child.stdin?.on('error', () => undefined);
  return {
    process: child,
    exited,
    programId: () => (gone || child.pid === undefined ? undefined : firstChildOf(child.pid)),
    async stop(deadlineMs) {
      if (gone) return;
      child.stdin?.end();
      const timer = setTimeout(() => killGroup(child), deadlineMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

function firstChildOf(pid: number): number | undefined {
  try {
    // The program was started before the watcher.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return Number(children[0]) || undefined;
  } catch {
    return undefined;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended between the deadline and here.
  }
}
