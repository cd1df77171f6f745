// After a restore every server that connects is asked for its journal. What it did and the database does not know is a lost
// action; what the database still waits for and the host did is done. Only the host's own signature makes it so.
import type { FromAgent, JournalEntry, Signed } from '@muster/contracts/agent';
import { JournalCollected, LostActionFound, TaskFoundDone } from '@muster/contracts/operations';
import { canonicalText } from '@muster/kernel/canonical-json';
import { sha256Hex } from '@muster/kernel/hashing';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { LinkRegistry, speaks, type Greeting, type LinkedServer } from '../../../platform/agent-link/link-registry.ts';
import { LINK_SERVER, type LinkServer } from '../../../platform/agent-link/link-server.ts';
import { GATEWAY_STORE } from '../../../platform/composition/tokens.ts';
import { GATEWAY_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Gathered } from '../../../platform/database/gathered.ts';
import type { EventStore, HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { LiveHints } from '../../../platform/realtime/live-hints.ts';
import { attestedReceipt } from '../delivery/attested-receipt.ts';
import { TaskLog, type TaskSnapshot } from '../delivery/task-log.ts';
import { isFinal } from '../task.aggregate.ts';
import { currentHold, type Hold } from './dispatch-hold.ts';
import { recordRecovery } from './recovery-log.ts';

type Page = Extract<FromAgent, { t: 'journal' }>;

/** A journal that never ends is an agent gone wrong: it counts as collected. */
const MOST_ENTRIES = 100_000;

interface Known extends TaskSnapshot {
  server_id: string;
  task: string;
  args: unknown;
}

interface Tally {
  readonly hold: Hold;
  entries: number;
  lost: number;
  foundDone: number;
}

@Injectable()
export class JournalCollector implements OnModuleInit {
  readonly #log = new Logger('Recovery');
  readonly #tasks: TaskLog;
  readonly #live: LiveHints;
  readonly #tallies = new Map<string, Tally>();
  readonly #hold: Gathered<void, Hold | null>;

  constructor(
    @Inject(GATEWAY_DATABASE) private readonly database: Connection,
    @Inject(GATEWAY_STORE) private readonly store: EventStore,
    @Inject(LinkRegistry) private readonly registry: LinkRegistry,
    @Inject(LINK_SERVER) private readonly link: LinkServer,
    @Inject(HINTS) hints: HintBus,
  ) {
    this.#tasks = new TaskLog(store, database.pool, { actor: 'gateway', actorKind: 'system' });
    this.#live = new LiveHints(hints);
    this.#hold = new Gathered(async () => {
      const hold = await currentHold(database.pool);
      return () => hold;
    });
  }

  onModuleInit(): void {
    this.registry.onConnected((server, greeting) => this.#ask(server, greeting));
    this.registry.onFrame('journal', (server, page) => this.#take(server, page));
  }

  async #ask(server: LinkedServer, greeting: Greeting): Promise<void> {
    const hold = await this.#hold.ask();
    if (hold === null || (await this.#isCollected(hold, server))) return;
    if (!speaks(greeting, 'journal')) return this.#collected(server, { hold, entries: 0, lost: 0, foundDone: 0 }, null);
    this.#tallies.set(server.serverId, { hold, entries: 0, lost: 0, foundDone: 0 });
    this.link.session(server.serverId)?.send({ t: 'journal-request', from: 0 });
  }

  async #take(server: LinkedServer, page: Page): Promise<void> {
    const tally = this.#tallies.get(server.serverId);
    // Nobody asked: an agent may not write to the ledger of its own accord.
    if (tally === undefined) return;
    const known = await this.#known(page.entries.map((entry) => entry.task));
    for (const entry of page.entries) await this.#judge(server, entry, known.get(entry.task), tally);
    tally.entries += page.entries.length;
    if (page.next !== null && page.next > page.from && tally.entries < MOST_ENTRIES) {
      this.link.session(server.serverId)?.send({ t: 'journal-request', from: page.next });
      return;
    }
    this.#tallies.delete(server.serverId);
    await this.#collected(server, tally, page);
  }

  async #judge(server: LinkedServer, entry: JournalEntry, task: Known | undefined, tally: Tally): Promise<void> {
    const receipt = entry.receipt === null ? null : attestedReceipt(server, entry.task, entry.receipt);
    if (task === undefined) {
      tally.lost += 1;
      return this.#lost(server, entry, receipt === null ? null : entry.receipt, tally.hold);
    }
    const same =
      task.server_id === server.serverId &&
      entry.about?.name === task.task &&
      entry.about.args === sha256Hex(canonicalText(task.args));
    if (isFinal(task.state) || !same || receipt?.outcome !== 'succeeded' || entry.receipt === null) return;
    const data = { taskId: entry.task, receipt: entry.receipt };
    const by = { actor: `server:${server.serverId}`, actorKind: 'agent' as const };
    if (await this.#tasks.record(task, TaskFoundDone, data, 'found-done', by)) tally.foundDone += 1;
  }

  async #lost(server: LinkedServer, entry: JournalEntry, receipt: Signed | null, hold: Hold): Promise<void> {
    const { serverId } = server;
    const { task: taskId, state, at, about } = entry;
    this.#log.warn(`${serverId} was given the task ${taskId}, which the restored database does not know`);
    await recordRecovery(
      this.store,
      hold,
      LostActionFound,
      {
        holdId: hold.holdId,
        serverId,
        taskId,
        state,
        at,
        receipt,
        about: about && { task: about.name, lane: about.lane, seq: about.seq, actor: about.actor },
      },
      [serverId, taskId],
      { actor: `server:${serverId}`, actorKind: 'agent' },
    );
  }

  async #collected(server: LinkedServer, { hold, ...counts }: Tally, page: Page | null): Promise<void> {
    const { serverId } = server;
    await recordRecovery(
      this.store,
      hold,
      JournalCollected,
      {
        holdId: hold.holdId,
        serverId,
        journal: page !== null,
        head: page?.head ? { origin: page.head.origin, size: page.head.size } : null,
        ...counts,
      },
      [serverId],
      { actor: `server:${serverId}`, actorKind: 'agent' },
    );
    this.#live.changed('fleet');
  }

  async #isCollected({ holdId }: Hold, { serverId }: LinkedServer): Promise<boolean> {
    const { rowCount } = await this.database.pool.query(
      'select from muster.operations_journals where hold_id = $1 and server_id = $2',
      [holdId, serverId],
    );
    return rowCount !== 0;
  }

  async #known(taskIds: readonly string[]): Promise<Map<string, Known>> {
    const { rows } = await this.database.pool.query<Known>(
      'select task_id, state, version, server_id, task, args from muster.operations_tasks where task_id = any($1)',
      [taskIds],
    );
    return new Map(rows.map((row) => [row.task_id, row]));
  }
}
