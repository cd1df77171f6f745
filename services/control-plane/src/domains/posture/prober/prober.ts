// Looks at every server in its turn, several at once. A look that fails costs that server its turn and nobody else theirs.
import { PATIENCE } from './reach.ts';
import { lookAt, type LookSettings } from './look.ts';
import { Names } from './resolver.ts';
import { networksOf, type ProberSettings } from './settings.ts';
import { WEB_PORTS } from './sites.ts';
import type { Turn, Turns } from './turns.ts';

const NOTHING_DUE_MS = 2000;
/** A tenth more or less, so that servers that came together do not stay together. */
const JITTER = 0.1;

export interface ProberLog {
  info(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export class Prober {
  readonly #look: LookSettings;
  readonly #looking = new Set<Promise<void>>();
  #stopping = false;

  constructor(
    private readonly turns: Turns,
    private readonly settings: ProberSettings,
    private readonly log: ProberLog,
  ) {
    this.#look = lookSettingsOf(settings);
  }

  /** Until it is stopped. `alive` is called after each round that reached the database. */
  async run(alive: () => void): Promise<void> {
    while (!this.#stopping) {
      try {
        const began = this.#looking.size < this.settings.MUSTER_PROBER_AT_ONCE && (await this.#begin());
        alive();
        if (!began) await pause(NOTHING_DUE_MS);
      } catch (error) {
        this.log.error({ error: String(error) }, 'the next turn could not be taken, and is tried again');
        await pause(NOTHING_DUE_MS);
      }
    }
  }

  stop(): void {
    this.#stopping = true;
  }

  async #begin(): Promise<boolean> {
    const turn = await this.turns.next();
    if (turn === undefined) return false;
    const looking = this.#take(turn).finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
    return true;
  }

  async #take(turn: Turn): Promise<void> {
    const { serverId } = turn;
    const began = Date.now();
    try {
      const reports = await lookAt(turn, this.#look);
      const next = this.settings.MUSTER_PROBER_EVERY_SECONDS * (1 + JITTER * (2 * Math.random() - 1));
      await this.turns.keep(serverId, reports, next);
      this.log.info({ serverId, ms: Date.now() - began }, 'looked at a server');
    } catch (error) {
      this.log.error({ serverId, error: String(error) }, 'a look failed; the server is looked at again later');
    }
  }
}

function lookSettingsOf(settings: ProberSettings): LookSettings {
  return {
    networks: networksOf(settings),
    names: new Names(settings.MUSTER_PROBER_RESOLVERS),
    selectors: settings.MUSTER_PROBER_DKIM_SELECTORS,
    patience: PATIENCE,
    ports: WEB_PORTS,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
