// Reads the server by probes, each at its own pace, and reports what changed. Once a day every report travels again,
// changed or not: what got lost on the way is mended, and a control plane that hears nothing knows that it does not know.
// Probes are read in rounds: with the first that is due goes everything that would come due before the next round, so that
// the root helper is woken once for many of them.
import { MAX_FRAME_BYTES } from '@muster/contracts/agent';
import type { ProbeReport } from '@muster/contracts/posture';
import { sha256Hex } from '@muster/kernel/hashing';
import { CADENCE_SECONDS } from '@muster/posture/probe';
import { timetable } from '@muster/posture/timetable';
import type { Spool } from '../link/spool.ts';

export interface PostureWatchOptions {
  readonly server: string;
  readonly spool: Spool;
  /** By the root helper, or by ourselves. undefined: nobody knows that probe (the helper is older). */
  readonly run: (probe: string) => Promise<ProbeReport | undefined>;
  /** No probe rests longer than this. */
  readonly mostSeconds: number;
  /** Called when probes are about to be read, for what else the root helper is to be asked while it is awake. */
  readonly awake?: () => void;
  /** Milliseconds that never go back. */
  readonly now: () => number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

interface Turn {
  readonly probe: string;
  readonly onChange: boolean;
  /** Between one reading and the next, below its cadence. */
  readonly everyMs: number;
  dueAt: number;
  /** Something changed where it looks. */
  stirred: boolean;
}

const LEAST_WAIT_MS = 1000;
/** Servers read at different paces. What is left of each cadence is what a round itself may take before a probe's turn. */
const PACE = { from: 0.85, to: 0.95 };
/** A fleet that starts at once does not report at once. */
const FIRST_WITHIN_MS = 60_000;
const WHOLE_MS = 86_400_000;
const MOST_BYTES = MAX_FRAME_BYTES / 2;

export class PostureWatch {
  readonly #with: PostureWatchOptions;
  readonly #turns: Turn[];
  /** Until the next round, in milliseconds. */
  readonly #roundMs: number;
  readonly #told = new Map<string, string>();
  #wholeAt: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(options: PostureWatchOptions) {
    this.#with = options;
    const mostMs = options.mostSeconds * 1000;
    const now = options.now();
    const pace = PACE.from + (PACE.to - PACE.from) * this.#share('pace');
    this.#turns = timetable.map(({ name, cadence, onChange }) => ({
      probe: name,
      onChange,
      everyMs: Math.min(CADENCE_SECONDS[cadence] * 1000, mostMs) * pace,
      dueAt: now + this.#share('first') * Math.min(FIRST_WITHIN_MS, mostMs),
      stirred: false,
    }));
    this.#roundMs = Math.min(...this.#turns.map(({ everyMs }) => everyMs));
    this.#wholeAt = now + WHOLE_MS;
  }

  start(): void {
    this.#wait();
  }

  /** Something changed where changes matter: what looks there is due now. */
  stir(): void {
    for (const turn of this.#turns) turn.stirred = turn.onChange;
    if (this.#timer !== undefined) this.#tick();
  }

  /** Somebody wants to know now: each of these, or all, is read and travels whether it changed or not. */
  async scan(names: readonly string[] | null): Promise<{ read: number; failed: string[]; tookMs: number }> {
    const began = this.#with.now();
    const failed = (names ?? []).filter((name) => !this.#turns.some(({ probe }) => probe === name));
    let read = 0;
    for (const turn of this.#turns) {
      if (this.#stopped) break;
      if (names !== null && !names.includes(turn.probe)) continue;
      this.#told.delete(turn.probe);
      if (await this.#take(turn)) read += 1;
      else failed.push(turn.probe);
    }
    return { read, failed, tookMs: Math.max(0, Math.round(this.#with.now() - began)) };
  }

  /** Does not wait for a probe: its answer may never come, and is gathered anew at the next start. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }

  /** A round when one is due, and what was stirred: one after the other, what is read most often first. */
  async run(): Promise<void> {
    const now = this.#with.now();
    if (this.#wholeAt <= now) {
      this.#told.clear();
      this.#wholeAt += WHOLE_MS;
    }
    const isDue = this.#turns.some(({ dueAt }) => dueAt <= now);
    if (!isDue && this.#stirred().length === 0) return;
    this.#with.awake?.();
    const before = now + this.#roundMs;
    const round = isDue ? this.#turns.filter(({ dueAt }) => dueAt < before) : [];
    for (const turn of round.toSorted((a, b) => a.everyMs - b.everyMs)) {
      // Who changes keys or cron is not waited for until the rest of the round is read.
      for (const other of this.#stirred()) await this.#take(other);
      if (this.#stopped) return;
      if (turn.dueAt < before) await this.#take(turn);
    }
    for (const other of this.#stirred()) await this.#take(other);
  }

  #stirred(): Turn[] {
    return this.#stopped ? [] : this.#turns.filter(({ stirred }) => stirred);
  }

  async #take(turn: Turn): Promise<boolean> {
    turn.stirred = false;
    turn.dueAt = this.#with.now() + turn.everyMs;
    return this.#report(turn.probe);
  }

  /** False when there is nothing that could be sent. */
  async #report(probe: string): Promise<boolean> {
    const report = await this.#with.run(probe).catch((error: unknown) => {
      this.#with.log('a probe could not be run', {
        probe,
        error: error instanceof Error ? error.message : String(error),
      });
      return undefined;
    });
    if (report === undefined || this.#stopped) return false;
    if (this.#told.get(probe) === report.sha256) return true;
    const bytes = Buffer.byteLength(JSON.stringify(report));
    const fits = bytes <= MOST_BYTES;
    if (!fits) this.#with.log('a report is too large to be sent', { probe, bytes });
    await this.#with.spool.push(1, { kind: 'posture', items: [fits ? report : tooLarge(report, bytes)] });
    this.#told.set(probe, report.sha256);
    return fits;
  }

  #tick(): void {
    this.#running ??= this.run()
      .catch((error: unknown) => this.#with.log('posture could not be reported', { error: String(error) }))
      .finally(() => {
        this.#running = undefined;
        this.#wait();
      });
  }

  /** Until the first is due; what was stirred at the end of a round is due at once. */
  #wait(): void {
    clearTimeout(this.#timer);
    if (this.#stopped) return;
    const dueAt = this.#stirred().length > 0 ? 0 : Math.min(...this.#turns.map((turn) => turn.dueAt));
    this.#timer = setTimeout(() => this.#tick(), Math.max(LEAST_WAIT_MS, dueAt - this.#with.now()));
  }

  /** Between 0 and 1, the same for a server and name every time. */
  #share(name: string): number {
    return Number.parseInt(sha256Hex(`${this.#with.server} ${name}`).slice(0, 8), 16) / 0xff_ff_ff_ff;
  }
}

/** In its place, so that nobody goes on believing the last report that was small enough. */
function tooLarge({ probe, at, durationMs }: ProbeReport, bytes: number): ProbeReport {
  const error = `what it read is too large to be sent: ${bytes} bytes, of which ${MOST_BYTES} fit into a message`;
  return { probe, at, durationMs, sha256: sha256Hex(error), reading: null, error, unreadable: [] };
}
