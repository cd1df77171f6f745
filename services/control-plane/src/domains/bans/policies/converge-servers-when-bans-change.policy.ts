// Turns every change of blocks, protections, groups and capabilities into tasks, one chain of revisions per server. The
// rows and the checkpoint move in one transaction; tasks are appended before, under ids that derive from the event, so
// a repeat finds them there.
import { sql } from 'kysely';
import type { EventStoreTransaction, HintBus, SequencedEvent } from '../../../platform/event-store/index.ts';
import type { Subscription } from '../../../platform/projections/index.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import type { OperationRequests, RequestedOperation } from '../../operations/index.ts';
import { Convergence, CONVERGENCE_EVENTS, type Order } from '../convergence.ts';
import { DesiredFleet } from '../desired-fleet.ts';
import { loadRows, saveRows, versionOf } from './desired-rows.ts';

/** A block of a large fleet may be more by itself. */
const TASKS_AT_ONCE = 2000;

export interface ConvergeServersParts {
  readonly operations: Pick<OperationRequests, 'requestInTurn'>;
  readonly hints: HintBus;
  /** How long a task waits for its server. */
  readonly taskExpiryMs: number;
}

interface Remembered {
  readonly version: number;
  readonly fleet: DesiredFleet;
}

export class ConvergeServersWhenBansChange implements Subscription {
  readonly name = 'policy/bans.converge-servers';
  readonly version = 1;
  readonly types = CONVERGENCE_EVENTS;
  readonly from = 'beginning';
  /** Enough that what was appended together is answered together. */
  readonly batch = 100;
  readonly #parts: ConvergeServersParts;
  /** What was committed last. */
  #known: Remembered | null = null;
  /** What is known once the transaction at hand is committed. */
  #next: Remembered | null = null;

  constructor(parts: ConvergeServersParts) {
    this.#parts = parts;
  }

  async handle(trx: EventStoreTransaction, events: readonly SequencedEvent[]): Promise<void> {
    const version = await versionOf(trx);
    // Another worker may have moved on: then what we remember is not what is.
    const fleet = this.#known?.version === version ? this.#known.fleet : new DesiredFleet(await loadRows(trx));
    this.#known = null;
    this.#next = null;
    for (const orders of together(new Convergence(fleet).react(events))) {
      await this.#parts.operations.requestInTurn(orders.map((order) => this.#requestOf(order)));
      // Appends take other connections: this one says that it is still there. It holds no lock that others wait for.
      await sql`select 1`.execute(trx);
    }
    await saveRows(trx, fleet);
    this.#next = { version: version + 1, fleet };
  }

  async afterCommit(events: readonly SequencedEvent[]): Promise<void> {
    // Not before: had our transaction failed, another worker's could have made the same number out of other rows.
    this.#known = this.#next;
    const live = new LiveHints(this.#parts.hints);
    if (events.some((event) => event.type.startsWith('bans.'))) live.changed('bans', events.at(-1)?.position ?? null);
    return Promise.resolve();
  }

  #requestOf({ cause, steps, ...operation }: Order): RequestedOperation {
    const expiresAt = new Date(cause.recordedAt.getTime() + this.#parts.taskExpiryMs);
    return {
      order: { ...operation, subject: operation.subject.slice(0, 200), expiresAt, tasks: steps.flat() },
      cause: { eventId: cause.eventId, tenantId: cause.tenantId, meta: cause.meta, policy: this.name },
      now: cause.recordedAt,
    };
  }
}

/** Orders that are asked for at the same time: as many as share commits well, and no more than fit into memory. */
function together(orders: readonly Order[]): Order[][] {
  const parts: Order[][] = [];
  let tasks = Infinity;
  for (const order of orders) {
    const many = order.steps.reduce((sum, step) => sum + step.length, 0);
    if (tasks + many > TASKS_AT_ONCE) {
      parts.push([]);
      tasks = 0;
    }
    parts.at(-1)?.push(order);
    tasks += many;
  }
  return parts;
}
