// The live table: reads what nft holds, brings it to what is desired in one transaction, reads it again. The state for the
// guard is written before nft is touched, so whatever happens in between, the guard restores what was wanted last.
import { writeFileAtomically } from '../../host/files.ts';
import type { Exec } from '../../host/exec.ts';
import type { Tools } from '../../host/tools.ts';
import { differences, isEmpty, summarise } from './compare.ts';
import type { HeldSummary } from './compare.ts';
import { enforced, protectedRanges } from './desired.ts';
import type { Desired } from './desired.ts';
import { parseHeld } from './held.ts';
import type { Held } from './held.ts';
import { layOut } from './layout.ts';
import type { Layout } from './layout.ts';
import { RULE_COUNT, SET_NAMES } from './ruleset.ts';
import { changeText, persistedState, wholeTable } from './statements.ts';

export interface TableDependencies {
  readonly exec: Exec;
  readonly tools: Tools;
  readonly now: () => number;
  /** Readable by the guard's group, written by root only. */
  readonly guardState: { readonly path: string; readonly gid?: number };
}

export interface Converged {
  readonly before: string | null;
  readonly held: HeldSummary | null;
  readonly changed: 'nothing' | 'contents' | 'table';
  /** nft's own words when it refused. */
  readonly problem: string | null;
}

interface Listing {
  readonly held: Held;
  readonly intact: boolean;
}

export class BanTable {
  readonly #with: TableDependencies;

  constructor(dependencies: TableDependencies) {
    this.#with = dependencies;
  }

  async version(): Promise<string> {
    const nft = this.#with.tools('nft');
    if (nft === undefined) return 'nft is not installed';
    const { stdout } = await this.#with.exec(nft, ['--version'], { timeoutMs: 5000 });
    return (/v[\d.]+/.exec(stdout)?.[0] ?? stdout.trim()).slice(0, 40);
  }

  /** null: no table, or nft cannot be asked. */
  async summary(desired: Desired): Promise<HeldSummary | null> {
    const listing = await this.#list();
    return listing === undefined ? null : this.#summarise(desired, listing);
  }

  async converge(desired: Desired): Promise<Converged> {
    const now = this.#with.now();
    const layout = layOut(enforced(desired, now), protectedRanges(desired), now);
    const listing = await this.#list();
    const seen = listing === undefined ? null : this.#summarise(desired, listing);
    const before = seen?.hash ?? null;
    const found = listing?.intact === true ? differences(layout, listing.held, now) : undefined;
    await this.#persist(layout, now);
    if (found !== undefined && isEmpty(found)) return { before, held: seen, changed: 'nothing', problem: null };
    const problem = await this.#load(found === undefined ? wholeTable(layout, now) : changeText(found, layout, now));
    return { before, held: await this.summary(desired), changed: found === undefined ? 'table' : 'contents', problem };
  }

  async persist(desired: Desired): Promise<void> {
    const now = this.#with.now();
    await this.#persist(layOut(enforced(desired, now), protectedRanges(desired), now), now);
  }

  /** Removes our table; another program's tables are never touched. */
  async remove(): Promise<string | null> {
    return this.#load('table inet muster\ndelete table inet muster\n');
  }

  async #persist(layout: Layout, now: number): Promise<void> {
    const { path, gid } = this.#with.guardState;
    const text = persistedState(layout, now);
    await writeFileAtomically(path, text, { mode: 0o640, ...(gid === undefined ? {} : { uid: 0, gid }) });
  }

  async #load(text: string): Promise<string | null> {
    const nft = this.#with.tools('nft');
    if (nft === undefined) return 'nft is not installed (Debian package nftables)';
    const result = await this.#with.exec(nft, ['-f', '-'], { input: text, timeoutMs: 30_000 });
    if (result.code === 0) return null;
    if (result.stderr.includes('Too many open files in system')) return 'A set of the ban table is full';
    return `nft: ${result.stderr.trim().split('\n')[0] ?? `answered ${result.code}`}`.slice(0, 300);
  }

  async #list(): Promise<Listing | undefined> {
    const nft = this.#with.tools('nft');
    if (nft === undefined) return undefined;
    const { code, stdout } = await this.#with.exec(nft, ['list', 'table', 'inet', 'muster'], { timeoutMs: 30_000 });
    if (code !== 0) return undefined;
    const held = parseHeld(stdout);
    const rules = stdout.match(/^\t\t.*(?:accept|drop)$/gm)?.length ?? 0;
    const intact =
      SET_NAMES.every((name) => held.has(name)) && rules === RULE_COUNT && stdout.includes('hook prerouting');
    return { held, intact };
  }

  #summarise(desired: Desired, listing: Listing): HeldSummary {
    const now = this.#with.now();
    const blocks = enforced(desired, now);
    const protections = protectedRanges(desired);
    const summary = summarise(blocks, protections, layOut(blocks, protections, now), listing.held, now);
    // Sets without their chain and rules hold nothing back.
    return listing.intact ? summary : { ...summary, hash: '0'.repeat(64), verified: new Set() };
  }
}
