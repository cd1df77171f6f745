// Decides what really happened when fail2ban speaks through several sources at once. Promises: one line per ban, none for
// a ban taken up again after a restart, no unban for a stop, restart or flush. Pure: time is passed in.
import type { BanLogLine, JailFacts } from '@muster/contracts/bans';
import { lineOf, seconds } from './ban-log.ts';
import type { Fail2banEvent, LogSaying } from './ban-log.ts';

/** The log is believed for a ban only if the action did not tell of it within this time. */
const ACTION_HEAD_START_MS = 3000;
/** An unban waits this long for the flush or stop that would explain it. */
const UNBAN_DELAY_MS = 3000;
/** What was told counts as told for this long, and is forgotten then. */
const TOLD_MS = 2 * ACTION_HEAD_START_MS;
/** After a flush, unbans in the log belong to it. */
const FLUSH_SHADOW_MS = 10_000;

interface Held {
  readonly line: BanLogLine;
  readonly dueAt: number;
}

export class BanMerger {
  #held: Held[] = [];
  readonly #told = new Map<string, number>();
  readonly #flushedAt = new Map<string, number>();
  #stoppingAt = Number.NEGATIVE_INFINITY;
  #active = new Map<string, Set<string>>();

  /** True after a flush: what is really banned must be asked, see `reconcile`. */
  needsReconciling = false;

  /** Something is held back, or is to be asked: `due` is to be called again soon. */
  get waiting(): boolean {
    return this.needsReconciling || this.#held.length > 0;
  }

  fromAction(event: Fail2banEvent, now: number): BanLogLine[] {
    if (event.kind === 'flush') {
      this.#flush(event.jail, now);
      return [];
    }
    if (event.kind === 'restored') {
      this.#activate(event.jail, event.address);
      return [];
    }
    const { line } = event;
    if (line.what === 'banned') this.#held = this.#held.filter((held) => !sameBan(held.line, line));
    return line.what === 'unbanned' ? this.#hold(line, now) : this.#tell(line, now);
  }

  fromLog(saying: LogSaying, now: number): BanLogLine[] {
    switch (saying.kind) {
      case 'stopping':
        this.#stoppingAt = now;
        this.#dropUnbans(() => true);
        return [];
      case 'flush':
        this.#flush(saying.jail, now);
        return [];
      case 'restored':
        this.#activate(saying.jail, saying.address);
        return [];
      case 'found':
        return [lineOf(saying.jail, saying.address, 'found', seconds(saying.at), 'log')];
      case 'banned':
      case 'unbanned': {
        const line = lineOf(saying.jail, saying.address, saying.kind, seconds(saying.at), 'log');
        if (this.#toldRecently(line, now) || this.#held.some((held) => sameBan(held.line, line))) return [];
        if (line.what === 'unbanned' && this.#inShadow(line.jail, now)) return [];
        this.#held.push({ line, dueAt: now + (line.what === 'banned' ? ACTION_HEAD_START_MS : UNBAN_DELAY_MS) });
        return [];
      }
    }
  }

  /** What waited long enough. */
  due(now: number): BanLogLine[] {
    const ready = this.#held.filter((held) => held.dueAt <= now);
    this.#held = this.#held.filter((held) => held.dueAt > now);
    for (const [key, at] of this.#told) if (at <= now - TOLD_MS) this.#told.delete(key);
    return ready.flatMap((held) => (this.#toldRecently(held.line, now) ? [] : this.#tell(held.line, now)));
  }

  /** fail2ban's own list is the truth: what we thought banned and it no longer bans has been unbanned unseen. */
  reconcile(facts: JailFacts, now: number): BanLogLine[] {
    if (facts.running !== true) return [];
    const truth = new Map(facts.jails.map((jail) => [jail.jail, new Set<string>(jail.banned)]));
    const ended: BanLogLine[] = [];
    for (const [jail, addresses] of this.#active) {
      for (const address of addresses) {
        if (truth.get(jail)?.has(address) === true) continue;
        const line = lineOf(jail, address, 'unbanned', seconds(new Date(now)), 'action');
        if (!this.#held.some((held) => sameBan(held.line, line))) ended.push(line);
      }
    }
    for (const line of ended) this.#told.set(keyOf(line), now);
    this.#active = truth;
    this.needsReconciling = false;
    return ended;
  }

  #hold(line: BanLogLine, now: number): BanLogLine[] {
    if (this.#inShadow(line.jail, now) || this.#held.some((held) => sameBan(held.line, line))) return [];
    this.#held.push({ line, dueAt: now + UNBAN_DELAY_MS });
    return [];
  }

  #tell(line: BanLogLine, now: number): BanLogLine[] {
    this.#told.set(keyOf(line), now);
    if (line.what === 'banned') this.#activate(line.jail, line.address);
    if (line.what === 'unbanned') this.#active.get(line.jail)?.delete(line.address);
    return [line];
  }

  #activate(jail: string, address: string): void {
    const addresses = this.#active.get(jail);
    if (addresses === undefined) this.#active.set(jail, new Set([address]));
    else addresses.add(address);
  }

  #flush(jail: string, now: number): void {
    this.#flushedAt.set(jail, now);
    this.#dropUnbans((line) => line.jail === jail);
    this.needsReconciling = true;
  }

  #dropUnbans(which: (line: BanLogLine) => boolean): void {
    this.#held = this.#held.filter((held) => held.line.what !== 'unbanned' || !which(held.line));
  }

  #inShadow(jail: string, now: number): boolean {
    return (
      now - (this.#flushedAt.get(jail) ?? Number.NEGATIVE_INFINITY) < FLUSH_SHADOW_MS ||
      now - this.#stoppingAt < FLUSH_SHADOW_MS
    );
  }

  #toldRecently(line: BanLogLine, now: number): boolean {
    return now - (this.#told.get(keyOf(line)) ?? Number.NEGATIVE_INFINITY) < TOLD_MS;
  }
}

const keyOf = (line: BanLogLine): string => `${line.jail} ${line.address} ${line.what}`;
const sameBan = (a: BanLogLine, b: BanLogLine): boolean => keyOf(a) === keyOf(b);
