// From events to tasks: one chain of revisions per server, in whatever order things happen.
import {
  AddressBlocked,
  AddressProtected,
  ApplyBans,
  BlockExpired,
  BlockLifted,
  ManageBans,
  ProtectionEnded,
  SnapshotBans,
  TableDrifted,
} from '@muster/contracts/bans';
import type { Target } from '@muster/contracts';
import { CapabilitySet, ServerRetired } from '@muster/contracts/servers';
import { newId } from '@muster/kernel/ids';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SequencedEvent } from '../../platform/event-store/index.ts';
import { taskIdOf } from '../operations/index.ts';
import { Convergence, type Order } from './convergence.ts';
import { DesiredFleet, noRows } from './desired-fleet.ts';
import { hashOf } from './desired-state.ts';
import { bounded, overlaps } from './range-index.ts';
import { RANGES_PER_TASK } from './task-chains.ts';
import { happened } from '../../platform/event-store/testing/events.ts';
import { enrolled, failed, inGroup, managedServer, succeeded } from './testing/events.ts';
import { Host } from './testing/host.ts';

const FLEET: Target = { kind: 'fleet' };
const A = newId();
const B = newId();

function blocked(
  range: string,
  target: Target = FLEET,
  blockId = newId(),
  until: string | null = null,
): SequencedEvent {
  return happened(AddressBlocked, { blockId, range, target, until, reason: 'guessing', operationId: newId() });
}
function lifted(of: SequencedEvent): SequencedEvent {
  const { blockId, range } = AddressBlocked.schema.parse(of.data);
  return happened(BlockLifted, { blockId, range, reason: 'over', operationId: newId() });
}
function shielded(range: string, operationId: string | null = newId(), entryId = newId()): SequencedEvent {
  return happened(AddressProtected, { ...AddressProtected.example, entryId, range, operationId });
}
function bare(of: SequencedEvent, operationId: string | null = newId()): SequencedEvent {
  const { entryId, range } = AddressProtected.schema.parse(of.data);
  return happened(ProtectionEnded, { entryId, range, why: 'ended-by-person', operationId });
}
/** A fleet, and what reacts for it. */
function given(...events: SequencedEvent[]) {
  const fleet = new DesiredFleet(noRows());
  const convergence = new Convergence(fleet);
  convergence.react(events);
  return {
    rows: fleet.rows,
    react: (after: readonly SequencedEvent[]) => convergence.react(after),
    desiredFor: (serverId: string) => fleet.desiredFor(serverId),
  };
}
const tasksOf = (orders: readonly Order[]) => orders.flatMap((order) => order.steps.flat());
const names = (orders: readonly Order[]) => tasksOf(orders).map((task) => task.definition.name);
const delta = (orders: readonly Order[]) => ApplyBans.args.parse(tasksOf(orders)[0]?.args);

describe('a block', () => {
  it('becomes one delta for each managed server that it reaches, and none for those that only observe', () => {
    const orders = given(...managedServer(A), enrolled(B)).react([blocked('203.0.113.7')]);
    expect(orders).toHaveLength(1);
    expect(tasksOf(orders).map((task) => task.serverId)).toEqual([A]);
    expect(delta(orders)).toMatchObject({ from: 1, to: 2, add: [{ range: '203.0.113.7', seconds: null }] });
  });
  it('carries the seconds that were left when it was made', () => {
    const event = blocked('203.0.113.7', FLEET, newId(), new Date(Date.now() + 400 * 24 * 3600_000).toISOString());
    const until = AddressBlocked.schema.parse(event.data).until;
    const left = Math.ceil((Date.parse(until ?? '') - event.recordedAt.getTime()) / 1000);
    expect(delta(given(...managedServer(A)).react([event])).add[0]?.seconds).toBe(left);
  });
  it('on a group reaches its members, on a server that one', () => {
    const groupId = newId();
    const convergence = given(...managedServer(A), ...managedServer(B), inGroup(groupId, [B]));
    const onGroup = convergence.react([blocked('203.0.113.7', { kind: 'group', groupId })]);
    const onServer = convergence.react([blocked('203.0.113.8', { kind: 'server', serverId: A })]);
    expect([...tasksOf(onGroup), ...tasksOf(onServer)].map((task) => task.serverId)).toEqual([B, A]);
  });
  it('that is lifted is removed under the same id', () => {
    const block = blocked('203.0.113.7');
    const orders = given(...managedServer(A), block).react([lifted(block)]);
    expect(delta(orders).remove).toEqual([AddressBlocked.schema.parse(block.data).blockId]);
  });
  it('that ends by itself needs no task, and is gone from what is desired', () => {
    const block = blocked('203.0.113.7');
    const { blockId, range } = AddressBlocked.schema.parse(block.data);
    const convergence = given(...managedServer(A), block);
    expect(convergence.react([happened(BlockExpired, { blockId, range })])).toEqual([]);
    expect(convergence.desiredFor(A).blocks).toEqual([]);
  });
});

describe('a protection', () => {
  it('takes an active block off and puts it back when it ends', () => {
    const block = blocked('203.0.113.7');
    const entry = shielded('203.0.113.0/28');
    const convergence = given(...managedServer(A), block);
    const on = delta(convergence.react([entry]));
    expect(on.protect.map(({ range }) => range)).toEqual(['203.0.113.0/28']);
    expect(on.remove).toEqual([AddressBlocked.schema.parse(block.data).blockId]);
    const off = delta(convergence.react([bare(entry)]));
    expect(off.add.map(({ range }) => range)).toEqual(['203.0.113.7']);
    expect(off.unprotect).toEqual(on.protect.map(({ id }) => id));
  });
  it('of one operation with others becomes one delta, and what came and went between is not told', () => {
    const operationId = newId();
    const passing = shielded('192.0.2.9', operationId);
    const orders = given(...managedServer(A)).react([
      shielded('192.0.2.1', operationId),
      passing,
      shielded('192.0.2.2', operationId),
      bare(passing, operationId),
    ]);
    expect(orders).toHaveLength(1);
    expect(delta(orders).protect.map(({ range }) => range)).toEqual(['192.0.2.1', '192.0.2.2']);
  });
});

describe('a server', () => {
  it('that becomes managed is prepared first and then told everything', () => {
    const orders = given().react([blocked('203.0.113.7'), shielded('192.0.2.1'), ...managedServer(A)]);
    expect(orders.map((order) => order.kind)).toEqual(['bans.manage']);
    expect(orders[0]?.steps.map((step) => step.map((task) => task.definition.name))).toEqual([
      [ManageBans.name],
      [SnapshotBans.name],
    ]);
    expect(tasksOf(orders)[1]?.args).toMatchObject({
      revision: 1,
      blocks: [{ range: '203.0.113.7' }],
      protections: [{ range: '192.0.2.1' }],
    });
  });
  it('that is taken back to observe is asked to let go, and hears nothing more', () => {
    const convergence = given(...managedServer(A));
    const orders = convergence.react([happened(CapabilitySet, { serverId: A, capability: 'bans', mode: 'observe' })]);
    expect(tasksOf(orders).map((task) => task.args)).toEqual([{ managed: false }]);
    expect(convergence.react([blocked('203.0.113.7')])).toEqual([]);
  });
  it('that is retired hears nothing more', () => {
    const convergence = given(...managedServer(A));
    expect(convergence.react([happened(ServerRetired, { serverId: A, reason: 'replaced' })])).toEqual([]);
    expect(convergence.react([blocked('203.0.113.7')])).toEqual([]);
  });
  it('that joins or leaves a group with blocks is told everything anew; a group without blocks changes nothing', () => {
    const groupId = newId();
    const convergence = given(...managedServer(A), blocked('203.0.113.7', { kind: 'group', groupId }));
    const joined = convergence.react([inGroup(groupId, [A])]);
    expect(joined.map((order) => order.kind)).toEqual(['bans.resync']);
    expect(tasksOf(joined)[0]?.args).toMatchObject({ blocks: [{ range: '203.0.113.7' }] });
    expect(tasksOf(convergence.react([inGroup(groupId, [], [A])]))[0]?.args).toMatchObject({ blocks: [] });
    expect(convergence.react([inGroup(newId(), [A])])).toEqual([]);
  });
  it('that lost the thread gets one snapshot, however many changes failed, above the revision it holds', () => {
    const convergence = given(...managedServer(A));
    for (const taskId of convergence.rows.openTasks.keys()) convergence.react([succeeded(A, taskId, {})]);
    const orders = convergence.react([failed(A, newId(), 'gap', { revision: 40 }), failed(A, newId(), 'gap')]);
    expect(names(orders)).toEqual([SnapshotBans.name]);
    expect(tasksOf(orders)[0]?.args).toMatchObject({ revision: 41 });
  });
  it('whose table drifted gets a snapshot unless one is on its way', () => {
    const drifted = () => happened(TableDrifted, { ...TableDrifted.example, serverId: A });
    const convergence = given(...managedServer(A));
    expect(convergence.react([drifted()])).toEqual([]);
    const [snapshot] = [...convergence.rows.openTasks.values()].filter((task) => task.kind === 'snapshot');
    convergence.react([succeeded(A, snapshot?.taskId ?? '', {})]);
    expect(names(convergence.react([drifted()]))).toEqual([SnapshotBans.name]);
  });
});

describe('tasks', () => {
  it('are known by the ids under which operations writes them down', () => {
    const block = blocked('203.0.113.7');
    const convergence = given(...managedServer(A));
    const [order] = convergence.react([block]);
    const [task] = order?.steps.flat() ?? [];
    expect(convergence.rows.openTasks.has(taskIdOf(order?.operationId ?? '', A, task?.part))).toBe(true);
  });
  it('stay small enough to be signed: what is more travels as a chain', () => {
    const operationId = newId();
    const many = Array.from({ length: RANGES_PER_TASK + 7 }, (_, i) =>
      shielded(`10.1.${i >> 8}.${i & 255}`, operationId),
    );
    const host = new Host(A);
    const convergence = given();
    host.take(convergence.react([...managedServer(A), ...many]));
    expect(host.protections.size).toBe(many.length);
    host.take(
      convergence.react([inGroup(newId(), [A]), happened(TableDrifted, { ...TableDrifted.example, serverId: A })]),
    );
    expect(host.gaps).toBe(0);
  });
});

describe('whatever happens, in whatever order', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 31 }), fc.constantFrom(28, 29, 30, 31, 32)).map(([host, prefix]) => {
    const first = (host >> (32 - prefix)) << (32 - prefix);
    return prefix === 32 ? `203.0.113.${first}` : `203.0.113.${first}/${prefix}`;
  });
  const step = fc.record({
    kind: fc.constantFrom('block', 'lift', 'protect', 'unprotect', 'join', 'leave'),
    range,
    group: fc.boolean(),
    pick: fc.nat(50),
  });
  const groupId = newId();

  function story(steps: readonly { kind: string; range: string; group: boolean; pick: number }[]): SequencedEvent[] {
    const blocks: SequencedEvent[] = [];
    const entries: SequencedEvent[] = [];
    return steps.flatMap(({ kind, range: text, group, pick }): SequencedEvent[] => {
      switch (kind) {
        case 'block': {
          const block = blocked(text, group ? { kind: 'group', groupId } : FLEET);
          blocks.push(block);
          return [block];
        }
        case 'protect': {
          const entry = shielded(text);
          entries.push(entry);
          return [entry];
        }
        case 'lift':
          return blocks.length > 0 ? blocks.splice(pick % blocks.length, 1).map(lifted) : [];
        case 'unprotect':
          return entries.length > 0 ? entries.splice(pick % entries.length, 1).map((entry) => bare(entry)) : [];
        case 'join':
          return [inGroup(groupId, [A])];
        default:
          return [inGroup(groupId, [], [A])];
      }
    });
  }

  it('a host that carries out every task holds exactly what is desired, without a gap, and nothing protected', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 7 }), (steps, batch) => {
        const convergence = given();
        const host = new Host(A);
        const events = [...managedServer(A), ...story(steps)];
        for (let i = 0; i < events.length; i += batch) host.take(convergence.react(events.slice(i, i + batch)));
        const { blocks, protections } = convergence.desiredFor(A);
        expect(host.gaps).toBe(0);
        expect(host.revision).toBe(convergence.rows.servers.get(A)?.revision);
        const allowed = protections.map((entry) => entry.range);
        expect(host.hash).toBe(hashOf(blocks, allowed));
        for (const held of host.blocks.values()) {
          for (const entry of allowed) expect(overlaps(bounded(held), bounded(entry))).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the order of independent blocks and protections does not matter for what is desired in the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ range, protects: fc.boolean() }), { maxLength: 12 }).chain((things) =>
          fc.tuple(
            fc.constant(things),
            fc.shuffledSubarray(
              things.map((_, i) => i),
              { minLength: things.length },
            ),
          ),
        ),
        ([things, order]) => {
          const events = things.map((thing) => (thing.protects ? shielded(thing.range) : blocked(thing.range)));
          const inOrder = given(...managedServer(A), ...events).desiredFor(A);
          const shuffled = given(...managedServer(A), ...order.flatMap((i) => events[i] ?? [])).desiredFor(A);
          const hash = ({ blocks, protections }: typeof inOrder) =>
            hashOf(
              blocks,
              protections.map((entry) => entry.range),
            );
          expect(hash(shuffled)).toBe(hash(inOrder));
        },
      ),
      { numRuns: 200 },
    );
  });
});
