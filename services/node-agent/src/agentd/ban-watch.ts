// Listens to fail2ban: events of our action on a socket, its log as the fallback, its own list to settle what a flush
// meant, and its database once for what happened before we came.
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { chmod, rm } from 'node:fs/promises';
import { MAX_BATCH_ITEMS } from '@muster/contracts/agent';
import type { BanLogLine, JailFacts } from '@muster/contracts/bans';
import { fromAction, parseLogLine } from '../capabilities/bans/fail2ban/ban-log.ts';
import { BanMerger } from '../capabilities/bans/fail2ban/merger.ts';
import { readUntrusted } from '../host/files.ts';
import { Growth } from '../host/growth.ts';
import type { Spool } from '../link/spool.ts';
import { redactDeep } from '../link/redaction.ts';
import { readLines } from '../privd/line-socket.ts';

export interface BanWatchOptions {
  readonly spool: Spool;
  /** undefined: no action reports to us, only the log is read. */
  readonly socketPath?: string;
  readonly logPath: string;
  /** fail2ban's own list, by the root helper or by ourselves. */
  readonly jails: () => Promise<JailFacts>;
  /** Somebody was banned or let go. */
  readonly changed: () => void;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

const MAX_EVENT_BYTES = 4096;
/** Bans of one moment travel together; short enough that a page shows them live. */
const GATHER_MS = 100;
const LOG_POLL_MS = 500;
const LOG_CHUNK = 256 * 1024;
const RECONCILE_AFTER_FLUSH_MS = 5000;
/** While the spool takes nothing, for want of room: how soon it is tried again, and how many lines wait for that. */
const TRY_AGAIN_MS = 5000;
const MOST_WAITING_LINES = 10_000;

export class BanWatch {
  readonly #with: BanWatchOptions;
  readonly #merger = new BanMerger();
  #lines: BanLogLine[] = [];
  #gather: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  /** The spool took nothing the last time. */
  #stuck = false;
  /** Lines that memory had no room for meanwhile. */
  #lost = 0;
  readonly #growth: Growth;
  #reconcile: NodeJS.Timeout | undefined;
  #server: Server | undefined;
  #logOffset = -1;
  #rest = '';

  constructor(options: BanWatchOptions) {
    this.#with = options;
    this.#growth = new Growth({ path: options.logPath, busyMs: LOG_POLL_MS, look: () => this.#look() });
  }

  async start(): Promise<void> {
    if (this.#with.socketPath !== undefined) await this.#listen(this.#with.socketPath);
    this.#growth.start();
  }

  async stop(): Promise<void> {
    this.#growth.stop();
    clearTimeout(this.#gather);
    clearTimeout(this.#reconcile);
    try {
      await this.#flush();
    } finally {
      clearTimeout(this.#gather);
      const server = this.#server;
      if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  /** Facts that were read anyway: what we thought banned and no longer is has been unbanned. */
  settle(facts: JailFacts): void {
    this.#take(this.#merger.reconcile(facts, Date.now()));
  }

  /** Older bans from fail2ban's database. Resolves when they are safe: there may be many more of them than memory should hold. */
  async tellHistory(lines: readonly BanLogLine[]): Promise<void> {
    this.#take(lines);
    await this.#flush();
  }

  async #listen(path: string): Promise<void> {
    await rm(path, { force: true });
    const server = createServer((socket) => {
      socket.setTimeout(2000, () => socket.destroy());
      socket.on('error', () => socket.destroy());
      readLines(
        socket,
        MAX_EVENT_BYTES,
        (line) => this.#fromAction(line),
        () => socket.destroy(),
      );
    });
    server.maxConnections = 64;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
    // Only root (fail2ban) and ourselves: nobody else on the host may tell of bans.
    await chmod(path, 0o600);
    this.#server = server;
  }

  #fromAction(line: string): void {
    const event = fromAction(line, new Date());
    if (event === undefined) return this.#with.log('an event of fail2ban was not understood');
    this.#take(this.#merger.fromAction(event, Date.now()));
    if (event.kind === 'flush') this.#askSoon();
    if (this.#merger.waiting) this.#growth.soon();
  }

  /** True while lines come, and while some are held back until it is clear what they mean. */
  async #look(): Promise<boolean> {
    // What the spool has not taken yet waits in the log, not here.
    const isBehind = this.#lines.length >= MAX_BATCH_ITEMS;
    const newLines = isBehind ? [] : await this.#newLogLines();
    const now = Date.now();
    for (const line of newLines) {
      const saying = parseLogLine(line);
      if (saying !== undefined) this.#take(this.#merger.fromLog(saying, now));
    }
    if (this.#merger.needsReconciling) this.#askSoon();
    this.#take(this.#merger.due(now));
    return isBehind || newLines.length > 0 || this.#merger.waiting;
  }

  /** From the end at the first look; from the beginning when the file was rotated. */
  async #newLogLines(): Promise<string[]> {
    try {
      if (this.#logOffset < 0) {
        const { next } = await readUntrusted(this.#with.logPath, Number.MAX_SAFE_INTEGER, 0);
        this.#logOffset = next;
        return [];
      }
      const { text, next } = await readUntrusted(this.#with.logPath, this.#logOffset, LOG_CHUNK);
      this.#logOffset = next;
      const lines = (this.#rest + text).split('\n');
      this.#rest = (lines.pop() ?? '').slice(-LOG_CHUNK);
      return lines;
    } catch {
      // Absent or not ours to read: the action, or the list of the root helper, has to do.
      return [];
    }
  }

  #askSoon(): void {
    this.#reconcile ??= setTimeout(() => {
      this.#reconcile = undefined;
      this.#with
        .jails()
        .then((facts) => this.settle(facts))
        .catch((error: unknown) => this.#with.log('fail2ban could not be asked', { error: String(error) }));
    }, RECONCILE_AFTER_FLUSH_MS);
  }

  #take(lines: readonly BanLogLine[]): void {
    if (lines.length === 0) return;
    this.#lines.push(...redactDeep(lines));
    const over = this.#lines.length - MOST_WAITING_LINES;
    if (over > 0) this.#lost += this.#lines.splice(0, over).length;
    if (this.#lines.length >= MAX_BATCH_ITEMS && !this.#stuck) void this.#tryFlush();
    else this.#gatherFor(GATHER_MS);
  }

  #gatherFor(ms: number): void {
    this.#gather ??= setTimeout(() => void this.#tryFlush(), ms);
  }

  async #tryFlush(): Promise<void> {
    await this.#flush().catch(() => {
      // It was said, and is tried again.
    });
  }

  /** Resolves when everything that was taken is in the spool. What it did not take waits, and is tried again after a while. */
  #flush(): Promise<void> {
    clearTimeout(this.#gather);
    this.#gather = undefined;
    this.#flushing ??= this.#spoolAll()
      .catch((error: unknown) => {
        if (!this.#stuck) this.#with.log('the ban log cannot be spooled and waits', { error: String(error) });
        this.#stuck = true;
        this.#gatherFor(TRY_AGAIN_MS);
        throw error;
      })
      .finally(() => {
        this.#flushing = undefined;
      });
    return this.#flushing;
  }

  async #spoolAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const items = this.#lines.splice(0, MAX_BATCH_ITEMS);
      // "found" lines are many and weigh little: they alone go first when room is short.
      if (items.some((line) => line.what !== 'found')) this.#with.changed();
      const priority = items.every((line) => line.what === 'found') ? 2 : 1;
      try {
        await this.#with.spool.push(priority, { kind: 'ban-log', items });
        this.#stuck = false;
      } catch (error) {
        this.#lines.unshift(...items);
        throw error;
      }
    }
    const dropped = this.#lost;
    if (dropped === 0) return;
    await this.#with.spool.push(0, { kind: 'gap', items: [{ of: 'ban-log', dropped }] });
    this.#lost -= dropped;
  }
}
