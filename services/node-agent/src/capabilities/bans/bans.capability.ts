// The root helper's part of `bans`: takes deltas and snapshots, keeps what is desired on disk, brings nft and fail2ban to
// it, and says what the host really holds.
import { ApplyBans, ManageBans, SnapshotBans, UnbanAddress } from '@muster/contracts/bans';
import type { HeldState, TableRepair } from '@muster/contracts/bans';
import { blockListHash } from '@muster/kernel/hashing';
import type { z } from 'zod';
import { readIfPresent, writeFileAtomically } from '../../host/files.ts';
import { capabilityTask } from '../../runtime/capability.ts';
import type { CapabilityTask, Outcome } from '../../runtime/capability.ts';
import type { HeldSummary } from './compare.ts';
import type { Desired } from './desired.ts';
import {
  NOTHING_DESIRED,
  afterDelta,
  afterSnapshot,
  desiredState,
  enforced,
  protectedRanges,
  withoutExpired,
} from './desired.ts';
import type { Fail2banEnforcer, Synced } from './fail2ban/enforcer.ts';
import { heldState } from './held-state.ts';
import { nextOddExpiry } from './layout.ts';
import type { NeverBlocked } from './never-block.ts';
import { whyNever } from './never-block.ts';
import type { BanTable, Converged } from './table.ts';
import type { TableGuard } from './table-guard.ts';

export interface BansDependencies {
  readonly desiredPath: string;
  readonly table: BanTable;
  readonly guard: TableGuard;
  readonly fail2ban: Fail2banEnforcer;
  readonly neverBlocked: () => Promise<readonly NeverBlocked[]>;
  /** Removes the state that the guard would restore. */
  readonly forgetGuardState: () => Promise<void>;
  readonly now: () => number;
}

const SYNC_EVERY_MS = 60_000;

type Named = { readonly id: string; readonly range: string };

export class BansCapability {
  readonly #with: BansDependencies;
  #desired: Desired;
  #synced: Synced = { ok: null, note: null };
  /** One change of the table at a time: tasks, upkeep and reports share it. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(dependencies: BansDependencies, desired: Desired) {
    this.#with = dependencies;
    this.#desired = desired;
  }

  static async open(dependencies: BansDependencies): Promise<BansCapability> {
    const text = await readIfPresent(dependencies.desiredPath);
    return new BansCapability(
      dependencies,
      text === undefined ? NOTHING_DESIRED : desiredState.parse(JSON.parse(text)),
    );
  }

  get managed(): boolean {
    return this.#desired.managed;
  }

  /** When an interval block ends next; nft ends the others by itself. */
  get nextExpiry(): number | null {
    return this.managed ? nextOddExpiry(enforced(this.#desired, this.#with.now())) : null;
  }

  tasks(): CapabilityTask[] {
    return [
      capabilityTask(ApplyBans, {
        apply: (args) => this.#inTurn(() => this.#applyDelta(args)),
        probe: (args) => this.#inTurn(() => this.#probe(args.to, args.add)),
      }),
      capabilityTask(SnapshotBans, {
        apply: (args) => this.#inTurn(() => this.#applySnapshot(args)),
        probe: (args) => this.#inTurn(() => this.#probe(args.revision, args.blocks)),
      }),
      capabilityTask(ManageBans, {
        runsInObserve: true,
        apply: ({ managed }) => this.#inTurn(() => (managed ? this.#takeOn() : this.#handBack())),
        probe: ({ managed }) => this.#inTurn(() => this.#probeManaged(managed)),
      }),
      capabilityTask(UnbanAddress, {
        apply: (args) => this.#inTurn(() => this.#unban(args)),
        probe: (args) => this.#inTurn(() => this.#probeUnban(args)),
      }),
    ];
  }

  /** Upkeep, and what is held after it. The table is read once for both: a look is a program and all that the sets hold. */
  report(): Promise<{ held: HeldState; repair: TableRepair | undefined }> {
    return this.#inTurn(async () => {
      const { seen, repair } = await this.#keepUp(false);
      return { held: heldState(this.#desired, seen, this.#synced, this.#with.now()), repair };
    });
  }

  /** Ends what has expired, puts back what was lost. */
  upkeep(tableOnly = false): Promise<void> {
    return this.#inTurn(async () => void (await this.#keepUp(tableOnly)));
  }

  /** With the repair when somebody else had changed the table. */
  async #keepUp(tableOnly: boolean): Promise<{ seen: HeldSummary | null; repair: TableRepair | undefined }> {
    if (!this.managed) return { seen: null, repair: undefined };
    const began = this.#with.now();
    const ended = this.#desired.blocks.some((block) => block.until !== null && block.until <= began);
    let next = withoutExpired(this.#desired, began);
    if (next.withheld.length > 0)
      next = await this.#withhold(
        { ...next, withheld: [] },
        next.withheld.map((one) => one.id),
      );
    if (ended || next.withheld.length !== this.#desired.withheld.length) await this.#save(next);
    const done = await this.#with.table.converge(next);
    if (!tableOnly) await this.#syncNowAndThen(next);
    const seen = done.held;
    if (done.changed === 'nothing' || (done.changed === 'contents' && ended)) return { seen, repair: undefined };
    const repair: TableRepair = {
      at: new Date(this.#with.now()).toISOString(),
      cause: done.changed === 'table' ? 'table-gone' : 'contents-differ',
      by: 'privd',
      tookMs: this.#with.now() - began,
      hash: seen?.hash ?? null,
    };
    return { seen, repair };
  }

  /** For the uninstaller: everything as before, whoever asks (it runs as root already). */
  handBack(): Promise<{ restored: string[]; left: string[] }> {
    return this.#inTurn(async () => {
      const guard = await this.#with.guard.off();
      await this.#with.forgetGuardState();
      const hadTable = (await this.#with.table.summary(this.#desired)) !== null;
      const problem = hadTable ? await this.#with.table.remove() : null;
      const fail2ban = await this.#with.fail2ban.remove();
      await this.#save({ ...NOTHING_DESIRED });
      return {
        restored: [
          ...guard.restored,
          ...fail2ban.restored,
          ...(hadTable && problem === null ? ['nft table inet muster'] : []),
        ],
        left: [...guard.left, ...fail2ban.left, ...(problem === null ? [] : [`nft table inet muster: ${problem}`])],
      };
    });
  }

  async #applyDelta(args: z.output<typeof ApplyBans.args>): Promise<Outcome> {
    const next = afterDelta(this.#desired, args, this.#with.now());
    if (next === undefined)
      return this.#gap(`The change starts at revision ${args.from}, this server holds ${this.#desired.revision}`);
    const removed = this.#desired.blocks.filter((block) => args.remove.includes(block.id));
    return this.#moveTo(
      await this.#withhold(
        next,
        args.add.map((block) => block.id),
      ),
      args.add,
      removed,
    );
  }

  async #applySnapshot(args: z.output<typeof SnapshotBans.args>): Promise<Outcome> {
    const next = afterSnapshot(this.#desired, args, this.#with.now());
    if (next === undefined)
      return this.#gap(`The snapshot is of revision ${args.revision}, this server holds ${this.#desired.revision}`);
    // What is enforced already stays so; a live session from there is not looked for again.
    const enforcedNow = enforced(this.#desired, this.#with.now());
    const fresh = args.blocks.filter((block) => !enforcedNow.has(block.range)).map((block) => block.id);
    return this.#moveTo(await this.#withhold(next, fresh), args.blocks, []);
  }

  async #withhold(next: Desired, ids: readonly string[]): Promise<Desired> {
    const judged = new Set(ids);
    const protections = protectedRanges(next);
    const never = await this.#with.neverBlocked();
    const withheld = [...next.withheld];
    for (const block of next.blocks) {
      if (!judged.has(block.id)) continue;
      const why = whyNever(block.range, never, protections);
      if (why !== undefined) withheld.push({ id: block.id, why });
    }
    return { ...next, withheld };
  }

  async #moveTo(next: Desired, added: readonly Named[], removed: readonly Named[]): Promise<Outcome> {
    const previous = this.#desired;
    await this.#save(next);
    const done = await this.#with.table.converge(next);
    if (done.problem !== null) {
      // The old revision stays the truth, so that the same change can be sent again.
      await this.#save(previous);
      await this.#with.table.persist(previous);
      return { ok: false, code: 'nft', error: done.problem, before: done.before, after: done.held?.hash ?? null };
    }
    if (!sameSet(protectedRanges(previous), protectedRanges(next)) || this.#synced.ok === false) {
      this.#synced = await this.#with.fail2ban.sync(protectedRanges(next));
    }
    return this.#judge(next, done, added, removed);
  }

  async #judge(
    next: Desired,
    done: Pick<Converged, 'before' | 'held'>,
    added: readonly Named[],
    removed: readonly Named[],
  ): Promise<Outcome> {
    const { held, before } = done;
    if (held === null)
      return { ok: false, code: 'not-verified', error: 'nft shows no table inet muster', before, after: null };
    const reasons = new Map(next.withheld.map((block) => [block.id, block.why]));
    const wanted = enforced(next, this.#with.now());
    const missing = added.filter(
      (block) => !reasons.has(block.id) && wanted.has(block.range) && !held.verified.has(block.range),
    );
    const exact = held.hash === blockListHash(wanted.keys(), protectedRanges(next));
    const gone = exact ? removed.filter((block) => !wanted.has(block.range)) : [];
    const evidence = {
      revision: next.revision,
      hash: held.hash,
      blocks: held.blocks,
      protected: held.protected,
      verified: [...added.filter((block) => held.verified.has(block.range)), ...gone]
        .map((block) => block.range)
        .slice(0, 5000),
      nft: await this.#version(),
      fail2ban: this.#synced.note,
    };
    const measured = { before, after: held.hash, evidence };
    const [lost] = missing;
    if (lost !== undefined)
      return {
        ok: false,
        code: 'not-verified',
        error: `nft does not show ${lost.range} after the change`,
        ...measured,
      };
    if (!exact)
      return { ok: false, code: 'not-verified', error: 'nft holds something else than was asked for', ...measured };
    const why = added.map((block) => reasons.get(block.id)).find((reason) => reason !== undefined);
    return why === undefined
      ? { ok: true, ...measured }
      : { ok: false, code: 'protected', error: `Not enforced here: ${why}`, ...measured };
  }

  /** Leaves the ban table as it is: what people blocked is not fail2ban's to lift. */
  async #unban({ address, jails }: z.output<typeof UnbanAddress.args>): Promise<Outcome> {
    const done = await this.#with.fail2ban.unban(address, jails);
    const hash = (await this.#with.table.summary(this.#desired))?.hash ?? null;
    const measured = { before: hash, after: hash };
    if (typeof done === 'string') return { ok: false, code: 'fail2ban', error: done, ...measured };
    const evidence = { held: done.held, still: done.still };
    const [jail] = done.still;
    return jail === undefined
      ? { ok: true, ...measured, evidence }
      : { ok: false, code: 'not-verified', error: `${jail} holds ${address} still`, ...measured, evidence };
  }

  async #probeUnban({ address, jails }: z.output<typeof UnbanAddress.args>): Promise<Outcome> {
    const still = await this.#with.fail2ban.holding(address, jails);
    const hash = (await this.#with.table.summary(this.#desired))?.hash ?? null;
    const measured = { before: null, after: hash, evidence: { held: [], still } };
    return still.length === 0
      ? { ok: true, ...measured }
      : {
          ok: false,
          code: 'interrupted',
          error: 'The agent stopped before the address was let go; ask again',
          ...measured,
        };
  }

  async #gap(error: string): Promise<Outcome> {
    const held = await this.#with.table.summary(this.#desired);
    const hash = held?.hash ?? null;
    return { ok: false, code: 'gap', error, before: hash, after: hash, evidence: { revision: this.#desired.revision } };
  }

  async #probe(revision: number, added: readonly Named[]): Promise<Outcome> {
    const held = await this.#with.table.summary(this.#desired);
    if (this.#desired.revision < revision) {
      const hash = held?.hash ?? null;
      return {
        ok: false,
        code: 'interrupted',
        error: 'The agent stopped before the change took effect; ask again',
        before: hash,
        after: hash,
      };
    }
    return this.#judge(this.#desired, { before: null, held }, added, []);
  }

  async #takeOn(): Promise<Outcome> {
    const before = (await this.#with.table.summary(this.#desired))?.hash ?? null;
    await this.#save({ ...this.#desired, managed: true });
    const done = await this.#with.table.converge(this.#desired);
    if (done.problem !== null || done.held === null) {
      await this.#save({ ...this.#desired, managed: false });
      return {
        ok: false,
        code: 'nft',
        error: done.problem ?? 'nft shows no table after loading it',
        before,
        after: null,
      };
    }
    const guard = await this.#with.guard.on();
    this.#synced = await this.#with.fail2ban.sync(protectedRanges(this.#desired));
    const notes = [guard, this.#synced.note].filter((note) => note !== null).map((note) => note.slice(0, 200));
    return {
      ok: true,
      before,
      after: done.held.hash,
      evidence: {
        table: true,
        fail2banAction: this.#synced.ok === true,
        guard: await this.#with.guard.isRunning(),
        notes,
      },
    };
  }

  async #handBack(): Promise<Outcome> {
    const before = (await this.#with.table.summary(this.#desired))?.hash ?? null;
    const guard = await this.#with.guard.off();
    await this.#with.forgetGuardState();
    const problem = before === null ? null : await this.#with.table.remove();
    const fail2ban = await this.#with.fail2ban.remove();
    if (problem !== null) return { ok: false, code: 'nft', error: problem, before, after: before };
    await this.#save(NOTHING_DESIRED);
    this.#synced = { ok: null, note: null };
    const notes = [...guard.left, ...fail2ban.left].map((note) => note.slice(0, 200));
    return { ok: true, before, after: null, evidence: { table: false, fail2banAction: false, guard: false, notes } };
  }

  async #probeManaged(managed: boolean): Promise<Outcome> {
    const held = await this.#with.table.summary(this.#desired);
    const after = held?.hash ?? null;
    if (managed !== (held !== null) || managed !== this.managed) {
      return {
        ok: false,
        code: 'interrupted',
        error: 'The agent stopped before this was finished; ask again',
        before: null,
        after,
      };
    }
    return {
      ok: true,
      before: null,
      after,
      evidence: {
        table: managed,
        fail2banAction: this.#synced.ok === true,
        guard: await this.#with.guard.isRunning(),
        notes: [],
      },
    };
  }

  /** Looking at fail2ban costs a process; after every block would be too often. */
  async #syncNowAndThen(desired: Desired): Promise<void> {
    const now = this.#with.now();
    if (this.#synced.ok === true && now - this.#syncedAt < SYNC_EVERY_MS) return;
    this.#synced = await this.#with.fail2ban.sync(protectedRanges(desired));
    this.#syncedAt = now;
  }
  #syncedAt = 0;

  async #version(): Promise<string> {
    this.#nftVersion ??= await this.#with.table.version();
    return this.#nftVersion;
  }
  #nftVersion: string | undefined;

  async #save(next: Desired): Promise<void> {
    await writeFileAtomically(this.#with.desiredPath, JSON.stringify(next), { mode: 0o600 });
    this.#desired = next;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => {
      // Whoever asked hears of it; the next in line has its own turn.
    });
    return turn;
  }
}

const sameSet = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  a.size === b.size && [...a].every((one) => b.has(one));
