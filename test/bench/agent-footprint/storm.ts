// A storm on one server: real bans by fail2ban, which the agent reads and tells, and blocks, for which its root helper is called.
// Whether all of it arrived is asked afterwards: a storm whose blocks are refused, or that ends on the way, measures nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { BlockAddress, SearchBanLog } from '@muster/contracts/bans';
import type { ApiClient } from '../../support/api-client.ts';
import type { Machine } from '../../lab/machine.ts';

export const BANS_PER_SECOND = 20;
export const BLOCKS_PER_SECOND = 2;
/** fail2ban bans one address after the other, and the last lines of the ban log are on their way when the storm is over. */
const ARRIVAL_MS = 60_000;
const ADDRESS = /\d+\.\d+\.\d+\.\d+/g;

export class Storm {
  readonly #machine: Pick<Machine, 'sh'>;
  readonly #api: Pick<ApiClient, 'call'>;
  readonly #round: number;
  readonly #began = Date.now();
  #seconds = 0;
  readonly #blocks: string[] = [];

  constructor(machine: Pick<Machine, 'sh'>, api: Pick<ApiClient, 'call'>, round: number) {
    this.#machine = machine;
    this.#api = api;
    this.#round = round;
  }

  /** Throws when a block is refused, or would reach another number of servers than this one. */
  async oneSecond(): Promise<void> {
    const second = this.#seconds;
    this.#seconds += 1;
    const blocks = Array.from(
      { length: BLOCKS_PER_SECOND },
      (_, index) => `198.19.${this.#round * BLOCKS_PER_SECOND + index}.${second + 1}`,
    );
    this.#blocks.push(...blocks);
    await Promise.all([
      this.#machine.sh(`fail2ban-client set sshd banip ${bansOf(second).join(' ')}`),
      ...blocks.map((range) => this.#block(range)),
    ]);
  }

  /** Resolves when the kernel holds every block, fail2ban every ban, and the control plane was told of each. */
  async arrived(): Promise<void> {
    for (const until = Date.now() + ARRIVAL_MS; ; await sleep(1000)) {
      const missing = await this.#missing();
      if (missing.length === 0) return;
      if (Date.now() > until)
        throw new Error(`The storm did not arrive within ${ARRIVAL_MS / 1000} s: ${missing.join('; ')}.`);
    }
  }

  async #block(range: string): Promise<void> {
    const wish = { range, target: { kind: 'fleet' as const }, seconds: 3600, reason: 'Storm of a benchmark' };
    const { servers } = await this.#api.call(BlockAddress, wish).catch((error: unknown) => {
      throw new Error(`The storm is none: the block of ${range} was refused.`, { cause: error });
    });
    if (servers !== 1) throw new Error(`The storm is none: the block of ${range} reaches ${servers} servers, not 1.`);
  }

  async #missing(): Promise<string[]> {
    const bans = Array.from({ length: this.#seconds }, (_, second) => bansOf(second)).flat();
    const held = new Set((await this.#machine.sh('nft list table inet muster')).match(ADDRESS));
    const banned = new Set((await this.#machine.sh('fail2ban-client get sshd banip')).match(ADDRESS));
    const told = await this.#told();
    return [
      missingOf(this.#blocks, held, 'blocks are not in the kernel'),
      missingOf(bans, banned, 'bans are not known to fail2ban'),
      missingOf(bans, told, 'bans were not told'),
    ].flatMap((sentence) => sentence ?? []);
  }

  /** Addresses that the ban log has as banned since the storm began; fail2ban's times are whole seconds. */
  async #told(): Promise<Set<string>> {
    const from = new Date(this.#began - 2000).toISOString();
    const told = new Set<string>();
    for (let second = 0; second < this.#seconds; second += 1) {
      const search = { address: `198.18.${second}.0/24`, what: 'banned' as const, from, limit: BANS_PER_SECOND * 2 };
      const { rows } = await this.#api.call(SearchBanLog, search);
      for (const { address } of rows) if (address !== null) told.add(address);
    }
    return told;
  }
}

const bansOf = (second: number): string[] =>
  Array.from({ length: BANS_PER_SECOND }, (_, index) => `198.18.${second}.${index + 1}`);

function missingOf(wanted: readonly string[], found: ReadonlySet<string>, what: string): string | undefined {
  const missing = wanted.filter((address) => !found.has(address));
  return missing.length === 0 ? undefined : `${missing.length} of ${wanted.length} ${what} (${missing[0]})`;
}
