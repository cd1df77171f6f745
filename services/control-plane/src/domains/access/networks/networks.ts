// The networks' rules at the door. Read once a second at most, and at once when a hint says that they changed: the host's
// own command sends no hint, so a second is how long it takes there.
import type { NetworkRule } from '@muster/contracts/access';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { sql } from 'kysely';
import { SYSTEM_DATABASE, type Connection } from '../../../platform/database/database.ts';
import { Refusal } from '../../../platform/errors/refusal.ts';
import type { HintBus } from '../../../platform/event-store/index.ts';
import { HINTS } from '../../../platform/hints/hints.ts';
import { refusing, type Caller } from './network-rules.ts';

/** The rules or the switch of the API changed. */
export const NETWORKS_CHANGED = 'access.networks-changed';
const FRESH_MS = 1000;

export interface DoorState {
  readonly rules: readonly NetworkRule[];
  readonly apiStopped: { readonly at: Date; readonly by: string; readonly reason: string } | null;
  readonly opened: { readonly at: Date; readonly reason: string } | null;
}

interface Row {
  rules: NetworkRule[];
  api_stopped_at: Date | null;
  api_stopped_by: string | null;
  api_stopped_why: string | null;
  opened_at: Date | null;
  opened_why: string | null;
}

@Injectable()
export class Networks implements OnApplicationShutdown {
  #known: { readonly at: number; readonly state: Promise<DoorState> } | undefined;
  readonly #stop: () => void;

  constructor(
    @Inject(SYSTEM_DATABASE) private readonly database: Connection,
    @Inject(HINTS) hints: HintBus,
  ) {
    this.#stop = hints.subscribe(NETWORKS_CHANGED, () => {
      this.#known = undefined;
    });
  }

  onApplicationShutdown(): void {
    this.#stop();
  }

  /** Throws Refusal for a person who may not work from there. */
  async requirePerson(source: string, roles: readonly string[]): Promise<void> {
    if (!(await this.#keepsOut({ side: 'people', source, roles }))) return;
    const sentence = `Nobody comes in from ${source} here. From another network an owner can change that; on the host, muster networks open does`;
    throw new Refusal('forbidden', 'network', sentence);
  }

  /** Before a token is looked at. Throws Refusal while no program is let in. */
  async requireApi(): Promise<void> {
    if ((await this.state()).apiStopped === null) return;
    throw new Refusal('unavailable', 'api-stopped', 'The API is stopped for programs. People go on', {
      retryAfter: 60,
    });
  }

  /** Whether a program with these roles may come from there. */
  async letsProgram(source: string, roles: readonly string[]): Promise<boolean> {
    return !(await this.#keepsOut({ side: 'api', source, roles }));
  }

  state(): Promise<DoorState> {
    const now = Date.now();
    if (this.#known && now - this.#known.at < FRESH_MS) return this.#known.state;
    const state = this.#read();
    const known = { at: now, state };
    this.#known = known;
    state.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return state;
  }

  async #keepsOut(caller: Caller): Promise<boolean> {
    return refusing((await this.state()).rules, caller) !== null;
  }

  /** One tenant: at the door nobody has said yet whose he is. */
  async #read(): Promise<DoorState> {
    const { rows } = await sql<Row>`select * from muster.access_networks limit 1`.execute(this.database.db);
    const [row] = rows;
    return {
      rules: row?.rules ?? [],
      apiStopped: row?.api_stopped_at
        ? { at: row.api_stopped_at, by: row.api_stopped_by ?? '', reason: row.api_stopped_why ?? '' }
        : null,
      opened: row?.opened_at ? { at: row.opened_at, reason: row.opened_why ?? '' } : null,
    };
  }
}
