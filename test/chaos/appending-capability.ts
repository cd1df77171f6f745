// The lab-only capability that counts: stands where nft stands on a server, and instead of an idempotent table it has a
// file that only grows. Whatever is done twice stands there twice, and whoever looks from outside sees it.
import {
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { ApplyBans, ManageBans, SnapshotBans, type HeldState } from '@muster/contracts/bans';
import { blockListHash } from '@muster/kernel/hashing';
import { capabilityTask, type CapabilityTask, type Outcome } from '../../services/node-agent/src/runtime/capability.ts';

/** One line of the file. `run` begins a task; the effects follow; `revision` ends it. */
export type Effect =
  | { readonly t: 'run'; readonly task: string; readonly name: string }
  | { readonly t: 'managed'; readonly managed: boolean }
  | { readonly t: 'add' | 'protect'; readonly task: string; readonly id: string; readonly range: string }
  | { readonly t: 'remove' | 'unprotect'; readonly task: string; readonly id: string }
  | { readonly t: 'revision'; readonly revision: number };

/** A torn last line (killed while writing) is no effect. */
export function readEffects(path: string): Effect[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Effect];
      } catch {
        return [];
      }
    });
}

type Ranges = Map<string, string>;

export class AppendingCapability {
  /** The task that runs; set when its journal says STARTED. */
  task = '';
  managed = false;
  /** Called in the middle of the effects of a task. */
  midway: () => void = () => undefined;
  private readonly path: string;
  private revision = 0;
  private readonly blocks: Ranges = new Map();
  private readonly protections: Ranges = new Map();

  constructor(path: string) {
    this.path = path;
    for (const effect of readEffects(path)) this.take(effect);
    // A torn line must not swallow the next one.
    if (existsSync(path) && !/(^|\n)$/.test(readFileSync(path, 'utf8'))) appendFileSync(path, '\n');
  }

  tasks(): CapabilityTask[] {
    return [
      capabilityTask(ManageBans, {
        runsInObserve: true,
        apply: async ({ managed }) => {
          this.write({ t: 'run', task: this.task, name: ManageBans.name });
          this.write({ t: 'managed', managed });
          return await Promise.resolve(this.manageOutcome());
        },
        probe: async ({ managed }) =>
          await Promise.resolve(this.managed === managed ? this.manageOutcome() : this.notThere()),
      }),
      capabilityTask(ApplyBans, {
        apply: async (args) => {
          const { from, to } = args;
          this.write({ t: 'run', task: this.task, name: ApplyBans.name });
          if (from !== this.revision) return await Promise.resolve(this.gap(from));
          for (const id of args.remove) this.write({ t: 'remove', task: this.task, id });
          for (const id of args.unprotect) this.write({ t: 'unprotect', task: this.task, id });
          for (const { id, range } of args.protect) this.write({ t: 'protect', task: this.task, id, range });
          this.midway();
          for (const { id, range } of args.add) this.write({ t: 'add', task: this.task, id, range });
          this.write({ t: 'revision', revision: to });
          return this.measured(args.add.map(({ range }) => range));
        },
        probe: async ({ to, add }) =>
          await Promise.resolve(this.revision >= to ? this.measured(add.map(({ range }) => range)) : this.notThere()),
      }),
      capabilityTask(SnapshotBans, {
        apply: async (args) => {
          this.write({ t: 'run', task: this.task, name: SnapshotBans.name });
          if (args.revision < this.revision) return await Promise.resolve(this.gap(args.revision));
          this.replace('remove', 'add', this.blocks, args.blocks);
          this.midway();
          this.replace('unprotect', 'protect', this.protections, args.protections);
          this.write({ t: 'revision', revision: args.revision });
          return this.measured(args.blocks.map(({ range }) => range));
        },
        probe: async ({ revision, blocks }) =>
          await Promise.resolve(
            this.revision >= revision ? this.measured(blocks.map(({ range }) => range)) : this.notThere(),
          ),
      }),
    ];
  }

  held(at: Date): HeldState {
    return {
      at: at.toISOString(),
      revision: this.revision,
      hash: this.managed ? this.hash() : null,
      blocks: this.blocks.size,
      protected: this.protections.size,
      fail2banSynced: this.managed ? true : null,
      problem: null,
    };
  }

  /** On disk before it counts, as nft's kernel state would be. */
  private write(effect: Effect): void {
    const before = existsSync(this.path) ? statSync(this.path).size : 0;
    try {
      appendFileSync(this.path, `${JSON.stringify(effect)}\n`);
    } catch (error) {
      // A full disk may have taken half of the line, which would swallow the next one.
      if (existsSync(this.path)) truncateSync(this.path, before);
      throw error;
    }
    const file = openSync(this.path, 'r');
    fsyncSync(file);
    closeSync(file);
    this.take(effect);
  }

  private take(effect: Effect): void {
    if (effect.t === 'managed') this.managed = effect.managed;
    if (effect.t === 'revision') this.revision = effect.revision;
    if (effect.t === 'add') this.blocks.set(effect.id, effect.range);
    if (effect.t === 'remove') this.blocks.delete(effect.id);
    if (effect.t === 'protect') this.protections.set(effect.id, effect.range);
    if (effect.t === 'unprotect') this.protections.delete(effect.id);
  }

  private replace(
    gone: 'remove' | 'unprotect',
    come: 'add' | 'protect',
    held: Ranges,
    wanted: readonly { id: string; range: string }[],
  ): void {
    const ids = new Set(wanted.map(({ id }) => id));
    for (const id of [...held.keys()]) if (!ids.has(id)) this.write({ t: gone, task: this.task, id });
    for (const { id, range } of wanted) if (!held.has(id)) this.write({ t: come, task: this.task, id, range });
  }

  private hash(): string {
    return blockListHash([...this.blocks.values()], [...this.protections.values()]);
  }

  private measured(verified: string[]): Outcome {
    const [blocks, protections] = [this.blocks.size, this.protections.size];
    const evidence = { revision: this.revision, hash: this.hash(), blocks, protected: protections };
    return {
      ok: true,
      before: null,
      after: this.hash(),
      evidence: { ...evidence, verified: verified.slice(0, 5000), nft: 'a file that only grows', fail2ban: null },
    };
  }

  private manageOutcome(): Outcome {
    const there = this.managed;
    const evidence = { table: there, fail2banAction: there, guard: there, notes: [] };
    return { ok: true, before: null, after: null, evidence };
  }

  private gap(from: number): Outcome {
    const error = `The change starts at revision ${from}, this server holds ${this.revision}`;
    return { ok: false, code: 'gap', error, before: null, after: null, evidence: { revision: this.revision } };
  }

  private notThere(): Outcome {
    return { ok: false, code: 'not-verified', error: 'Its effect is not there', before: null, after: null };
  }
}
