// A server's agent as its two processes, agentd and the root helper, of whatever release. The helper has a network of its own
// with real nft; the user that the installer would make is known to the enrolment alone.
import { execFile as execFileCallback, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execFile = promisify(execFileCallback);
const UNSHARE = '/usr/bin/unshare';
const NSENTER = '/usr/bin/nsenter';
const NFT = '/usr/sbin/nft';
const LIBEXEC = join(import.meta.dirname, '../../deploy/agent/files');
const STARTS_MS = 15_000;

/** Root, nft, and namespaces for network and mounts. */
export const canRunAgent =
  process.getuid?.() === 0 && existsSync(NFT) && spawnSync(UNSHARE, ['-n', '-m', 'true']).status === 0;

export class AgentProcesses {
  /** What node is given to run the agent. */
  readonly #program: readonly string[];
  readonly #folder: string;
  readonly #processes: ChildProcess[] = [];
  #agentd: ChildProcess | undefined;
  #namespace = 0;
  #said = '';

  constructor(program: readonly string[], folder: string) {
    this.#program = program;
    this.#folder = folder;
  }

  /** What both processes logged. */
  get said(): string {
    return this.#said;
  }

  /** Answers what it printed. */
  async enrol(controlPlane: string, token: string): Promise<string> {
    for (const name of ['agent', 'privd', 'guard', 'guard/records', 'scratch', 'run', 'units']) {
      await mkdir(join(this.#folder, name), { recursive: true, mode: 0o700 });
    }
    const [tokenFile, users] = [join(this.#folder, 'token'), join(this.#folder, 'passwd')];
    await writeFile(tokenFile, token, { mode: 0o600 });
    const known = await readFile('/etc/passwd', 'utf8');
    await writeFile(
      users,
      `${known.trimEnd()}\nmuster-agent:x:${process.getuid?.() ?? 0}:0::/nonexistent:/bin/false\n`,
    );
    // Not `spawnSync`: the control plane that answers may live in this process.
    const { stdout } = await execFile(UNSHARE, [
      ...['-m', 'sh', '-c', 'mount --bind "$0" /etc/passwd && exec "$@"', users],
      ...[process.execPath, ...this.#program, 'enrol', '--server', controlPlane, '--token-file', tokenFile],
      ...['--state', join(this.#folder, 'agent'), '--privd-state', join(this.#folder, 'privd')],
    ]);
    return stdout;
  }

  async start(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name);
    const namespace = spawn(UNSHARE, ['-n', 'sleep', '300'], { stdio: 'ignore' });
    this.#processes.push(namespace);
    this.#namespace = namespace.pid ?? 0;
    await sleep(300);
    this.#run(NSENTER, [
      ...['-t', String(this.#namespace), '-n', process.execPath, ...this.#program, 'privd'],
      ...['--socket', at('privd.sock'), '--idle-seconds', '0', '--state', at('privd'), '--guard', at('guard')],
      ...['--scratch', at('scratch'), '--policy', at('no-policy'), '--fail2ban', at('no-fail2ban')],
      ...['--units', at('units'), '--libexec', LIBEXEC],
    ]);
    await this.#until('the root helper listens', () => existsSync(at('privd.sock')));
    await this.startAgentd();
  }

  async startAgentd(): Promise<void> {
    const at = (name: string): string => join(this.#folder, name);
    const before = this.#said.length;
    this.#agentd = this.#run(process.execPath, [
      ...[...this.#program, 'agentd', '--state', at('agent'), '--privd-socket', at('privd.sock'), '--run', at('run')],
      ...['--guard', at('guard'), '--libexec', LIBEXEC, '--fail2ban-log', at('no-log')],
    ]);
    await this.#until('it is connected', () => this.#said.slice(before).includes('"message":"connected"'));
  }

  async killAgentd(): Promise<void> {
    if (this.#agentd !== undefined) await kill(this.#agentd);
  }

  /** As an administrator on the server would ask. */
  async status(): Promise<string> {
    const where = ['--state', join(this.#folder, 'agent'), '--privd-socket', join(this.#folder, 'privd.sock')];
    return (await execFile(process.execPath, [...this.#program, 'status', ...where])).stdout;
  }

  /** In the server's own network, never in the machine's. */
  nft(...args: string[]): string {
    const ran = spawnSync(NSENTER, ['-t', String(this.#namespace), '-n', NFT, ...args], { encoding: 'utf8' });
    return ran.stdout + ran.stderr;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.splice(0).toReversed().map(kill));
  }

  #run(program: string, args: string[]): ChildProcess {
    const started = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk: Buffer) => (this.#said += chunk.toString()));
    }
    this.#processes.push(started);
    return started;
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const end = Date.now() + STARTS_MS;
    while (!holds()) {
      if (Date.now() > end) throw new Error(`Not within ${STARTS_MS / 1000} s: ${what}. It said:\n${this.#said}`);
      await sleep(50);
    }
  }
}

async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const gone = new Promise((resolve) => process.once('exit', resolve));
  process.kill('SIGKILL');
  await gone;
}
