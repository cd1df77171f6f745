// A scan that the control plane asked for with a signed task. The root helper only runs probes when asked by name; who knows
// them all, sends reports and keeps their turns is agentd, so it is told to begin and says when all are sent.
import { ScanServer } from '@muster/contracts/posture';
import { newId } from '@muster/kernel/ids';
import { capabilityTask, UNDECIDED } from '../../runtime/capability.ts';
import type { CapabilityTask, Outcome, Undecided } from '../../runtime/capability.ts';

export interface WantedScan {
  readonly scan: string;
  /** null: all that agentd knows. */
  readonly probes: string[] | null;
}

export interface Scanned {
  readonly read: number;
  readonly failed: readonly string[];
  readonly tookMs: number;
}

interface Running extends WantedScan {
  readonly beganAt: number;
  askedAt: number;
  scanned: Scanned | undefined;
}

/** Every probe may take its whole deadline, once. */
const SCAN_MS = 25 * 60_000;
/** agentd may have been restarted, and forgotten what it was told. */
const ASK_AGAIN_MS = 10_000;

export class PostureCapability {
  readonly #want: (scan: WantedScan) => void;
  readonly #now: () => number;
  #running: Running | undefined;

  /** `want` tells agentd; it may be told again and again. `now` counts milliseconds and never goes back. */
  constructor(want: (scan: WantedScan) => void, now: () => number) {
    this.#want = want;
    this.#now = now;
  }

  tasks(): readonly CapabilityTask[] {
    return [
      capabilityTask(ScanServer, {
        runsInObserve: true,
        apply: ({ probes }) => Promise.resolve(this.#begin(probes)),
        // It changes nothing: what a restart of this helper interrupted is done again.
        probe: ({ probes }) => Promise.resolve(this.#running === undefined ? this.#begin(probes) : this.#look()),
      }),
    ];
  }

  /** agentd has sent every report of that scan. One that nobody waits for is passed over. */
  scanned(scan: string, scanned: Scanned): void {
    if (this.#running?.scan === scan) this.#running.scanned = scanned;
  }

  #begin(probes: string[] | null): Undecided {
    const now = this.#now();
    this.#running = { scan: newId(), probes, beganAt: now, askedAt: now, scanned: undefined };
    this.#tell(this.#running);
    return UNDECIDED;
  }

  #look(): Outcome | Undecided {
    const running = this.#running;
    if (running === undefined) return UNDECIDED;
    const now = this.#now();
    const { scanned } = running;
    if (scanned !== undefined) {
      this.#running = undefined;
      const { read, failed, tookMs } = scanned;
      return { ok: true, before: null, after: null, evidence: { read, failed: [...failed], tookMs } };
    }
    if (now - running.beganAt > SCAN_MS) {
      this.#running = undefined;
      const error = `agentd did not finish the scan within ${SCAN_MS / 60_000} minutes`;
      return { ok: false, code: 'not-finished', error, before: null, after: null };
    }
    if (now - running.askedAt > ASK_AGAIN_MS) {
      running.askedAt = now;
      this.#tell(running);
    }
    return UNDECIDED;
  }

  #tell({ scan, probes }: WantedScan): void {
    this.#want({ scan, probes });
  }
}
