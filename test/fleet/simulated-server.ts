// One simulated server: the real link and the real protocol, an invented host behind them.
import type { Signed } from '@muster/contracts/agent';
import { systemClock } from '@muster/kernel/clock';
import { newId } from '@muster/kernel/ids';
import {
  IdentityKeys,
  KeysetInMemory,
  Link,
  MemorySpool,
  webSocketTransport,
  Witness,
  WitnessInMemory,
} from '../../services/node-agent/src/link/index.ts';
import { SimulatedAttackers } from './attackers.ts';
import { simulatedFacts } from './facts.ts';
import { SIMULATED_VERSION, type SimulatedIdentity } from './identity.ts';
import { Seeded } from './seeded.ts';
import { SimulatedHost } from './simulated-host.ts';

const FACTS_EVERY_MS = 60_000;

export interface SimulatedServerOptions {
  controlPlane: string;
  /** Mean time between two bans; 0: none. */
  banEveryMs: number;
  /** False: it only beats and does what it is told. */
  sendsFacts?: boolean;
  /** Hears of every task at the moment in which it would begin. */
  onTask?: (envelope: Signed) => void;
  log: (message: string) => void;
}

export class SimulatedServer {
  readonly identity: SimulatedIdentity;
  private readonly options: SimulatedServerOptions;
  private readonly startedAt = new Date();
  // Numbers of batches only grow, across restarts as well; the spool itself is lost with the process.
  private readonly spool = new MemorySpool(Date.now());
  private readonly timers: NodeJS.Timeout[] = [];
  private link: Link | undefined;

  constructor(identity: SimulatedIdentity, options: SimulatedServerOptions) {
    this.identity = identity;
    this.options = options;
  }

  async start(): Promise<void> {
    const { identity, spool, options } = this;
    const host = new SimulatedHost(identity);
    if (options.onTask !== undefined) host.onTask = options.onTask;
    const attackers = new SimulatedAttackers(identity.name);
    const random = new Seeded(`pace of ${identity.name}`);
    const keys = new IdentityKeys({ current: identity.agentKey });
    const witness = await Witness.open(new WitnessInMemory(), keys, identity.rootKey);
    const facts = (): void => {
      const now = new Date();
      void spool.push(2, { kind: 'inventory', items: [simulatedFacts(identity.name, now, this.startedAt)] });
      void spool.push(1, { kind: 'jails', items: [attackers.facts(now)] });
    };
    host.onHeld = (held) => void spool.push(1, { kind: 'held', items: [held] });
    this.link = new Link({
      identity: {
        server: identity.server,
        keys,
        rootKey: identity.rootKey,
        machineHash: identity.machineHash,
        bootId: newId(),
        agentVersion: SIMULATED_VERSION,
      },
      transport: webSocketTransport(options.controlPlane),
      tasks: host,
      spool,
      witness,
      keysets: new KeysetInMemory(),
      clock: systemClock,
      load: () => simulatedFacts(identity.name, new Date(), this.startedAt).load[0],
      log: (message) => options.log(`${identity.name}: ${message}`),
      onReady: () => {
        void spool.push(1, { kind: 'capabilities', items: [{ capability: 'bans', barred: null }] });
        void spool.push(1, { kind: 'held', items: [host.held()] });
      },
    });
    if (options.sendsFacts !== false) {
      facts();
      this.timers.push(setInterval(facts, FACTS_EVERY_MS * (0.8 + random.next() * 0.4)));
    }
    if (options.banEveryMs > 0) {
      const step = (): void => {
        const lines = attackers.step(new Date());
        if (lines.length > 0) void spool.push(1, { kind: 'ban-log', items: lines });
      };
      this.timers.push(setInterval(step, options.banEveryMs * (0.5 + random.next())));
    }
    this.link.start();
  }

  get connected(): boolean {
    return this.link?.ready ?? false;
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.link?.stop();
  }
}
