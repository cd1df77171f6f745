// Puts tasks of a lane back into the order of their numbers. Several are on their way at once and may overtake each other
// in the control plane's queue, while the root helper takes only rising numbers. The numbers are read here without being
// believed: a wrong one only delays, the helper judges.
import type { Signed } from '@muster/contracts/agent';
import { z } from 'zod';

const numbered = z.object({ lane: z.enum(['guard', 'change', 'job']), seq: z.int().positive() });
type Lane = z.infer<typeof numbered>['lane'];

/** A missing number may never come (its task was cancelled or expired first), so nobody waits long for it. */
const PATIENCE_MS = 1500;

interface LaneOrder {
  last: number;
  readonly waiting: Map<number, Signed>;
  timer: NodeJS.Timeout | undefined;
}

export class TaskOrder {
  readonly #deliver: (envelope: Signed) => void;
  readonly #patienceMs: number;
  readonly #lanes = new Map<Lane, LaneOrder>();

  constructor(deliver: (envelope: Signed) => void, patienceMs = PATIENCE_MS) {
    this.#deliver = deliver;
    this.#patienceMs = patienceMs;
  }

  /** At each connection: what the helper has seen. What was waiting comes again. */
  begin(seen: Partial<Record<Lane, number>>): void {
    this.stop();
    for (const lane of numbered.shape.lane.options)
      this.#lanes.set(lane, { last: seen[lane] ?? 0, waiting: new Map(), timer: undefined });
  }

  stop(): void {
    for (const lane of this.#lanes.values()) clearTimeout(lane.timer);
    this.#lanes.clear();
  }

  take(envelope: Signed): void {
    const task = numbered.safeParse(parse(envelope));
    const lane = task.success ? this.#lanes.get(task.data.lane) : undefined;
    if (!task.success || lane === undefined || task.data.seq <= lane.last) return this.#deliver(envelope);
    lane.waiting.set(task.data.seq, envelope);
    this.#deliverNext(lane);
    if (lane.waiting.size > 0) lane.timer ??= setTimeout(() => this.#giveUp(lane), this.#patienceMs);
  }

  #deliverNext(lane: LaneOrder): void {
    for (let next = lane.waiting.get(lane.last + 1); next !== undefined; next = lane.waiting.get(lane.last + 1)) {
      lane.last += 1;
      lane.waiting.delete(lane.last);
      this.#deliver(next);
    }
    if (lane.waiting.size === 0) {
      clearTimeout(lane.timer);
      lane.timer = undefined;
    }
  }

  #giveUp(lane: LaneOrder): void {
    lane.timer = undefined;
    for (const [seq, envelope] of [...lane.waiting].sort(([a], [b]) => a - b)) {
      lane.last = seq;
      this.#deliver(envelope);
    }
    lane.waiting.clear();
  }
}

function parse(envelope: Signed): unknown {
  try {
    return JSON.parse(Buffer.from(envelope.body, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
}
