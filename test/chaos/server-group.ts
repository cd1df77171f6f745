// Servers that live and die together: one process, one road to the gateways, one folder. When the process ends, its init
// (this) starts it again, as systemd does.
import { fork, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { SimulatedIdentity } from '../fleet/identity.ts';
import { readEffects, type Effect } from './appending-capability.ts';
import type { CrashPoint } from './crash-points.ts';
import type { Road } from './road.ts';
import type { Order } from './server-process.ts';

const RESTART_MS = 300;
const READY_DEADLINE_MS = 20_000;

export class ServerGroup {
  /** How often the process has ended. */
  deaths = 0;
  private child: ChildProcess | undefined;
  private stopped = false;
  private clockOffsetMs = 0;
  private readonly log: WriteStream;

  readonly name: string;
  readonly folder: string;
  readonly servers: readonly SimulatedIdentity[];
  readonly road: Road;

  constructor(name: string, folder: string, servers: readonly SimulatedIdentity[], road: Road, logFile: string) {
    this.name = name;
    this.folder = folder;
    this.servers = servers;
    this.road = road;
    this.log = createWriteStream(logFile, { flags: 'a' });
  }

  async start(): Promise<void> {
    const program = fileURLToPath(new URL('server-process.ts', import.meta.url));
    const child = fork(program, ['--state', this.folder, '--url', this.road.url], {
      execArgv: ['--conditions=source', '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.child = child;
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
    const ready = new Promise<void>((resolve) => child.once('message', () => resolve()));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    void ended.then(() => this.died());
    await Promise.race([ready, ended, sleep(READY_DEADLINE_MS, undefined, { ref: false })]);
    if (this.clockOffsetMs !== 0) this.tell({ t: 'clock', offsetMs: this.clockOffsetMs });
  }

  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** The process dies by itself when it next passes there. */
  crashAt(point: CrashPoint): void {
    this.tell({ t: 'crash-at', point });
  }

  setClock(offsetMs: number): void {
    this.clockOffsetMs = offsetMs;
    this.tell({ t: 'clock', offsetMs });
  }

  /** What was done to each server, read from outside. */
  effects(): Map<string, Effect[]> {
    return new Map(
      this.servers.map(({ name, server }) => [server, readEffects(join(this.folder, name, 'effects.log'))]),
    );
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    this.road.close();
    this.log.end();
  }

  private tell(order: Order): void {
    if (this.child?.connected === true) this.child.send(order);
  }

  private died(): void {
    if (this.stopped) return;
    this.deaths += 1;
    setTimeout(() => {
      if (!this.stopped) void this.start();
    }, RESTART_MS);
  }
}
