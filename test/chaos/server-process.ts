// A process that is several servers: the agent's real link, spool, journal and task runner, with the counting capability
// behind them. It can be killed like a real one, and it can be told to have a wrong clock or to die at a given point.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sha256Hex } from '@muster/kernel/hashing';
import { newId } from '@muster/kernel/ids';
import { z } from 'zod';
import { DiskSpool } from '../../services/node-agent/src/link/disk-spool.ts';
import {
  IdentityKeys,
  journalPage,
  KeysetInMemory,
  Link,
  NO_EVENTS,
  webSocketTransport,
  Witness,
  WitnessInMemory,
  type TaskHandler,
} from '../../services/node-agent/src/link/index.ts';
import { Journal } from '../../services/node-agent/src/runtime/journal.ts';
import { TaskRunner } from '../../services/node-agent/src/runtime/task-runner.ts';
import { readHostPolicy } from '../../services/node-agent/src/trust/host-policy.ts';
import { openKeyset } from '../../services/node-agent/src/trust/keyset.ts';
import { isRefusal } from '../../services/node-agent/src/trust/refusal.ts';
import { identityIn, type SimulatedIdentity } from '../fleet/identity.ts';
import { AppendingCapability } from './appending-capability.ts';
import { CRASH_POINTS, CrashPoints } from './crash-points.ts';

const order = z.discriminatedUnion('t', [
  z.object({ t: z.literal('crash-at'), point: z.enum(CRASH_POINTS) }),
  z.object({ t: z.literal('clock'), offsetMs: z.number() }),
]);
export type Order = z.infer<typeof order>;

const HELD_MS = 2000;
const { values } = parseArgs({ options: { state: { type: 'string' }, url: { type: 'string' } } });
const { state = '', url = '' } = values;
const log = (message: string): void => console.log(`${new Date().toISOString()} ${message}`);
const crash = new CrashPoints();
const bootId = newId();
let offsetMs = 0;
const refused = (error: unknown): void => log(`the spool took nothing: ${String(error)}`);
const clock = { now: () => new Date(Date.now() + offsetMs) };

process.on('message', (message) => {
  const given = order.parse(message);
  if (given.t === 'crash-at') crash.armed = given.point;
  else offsetMs = given.offsetMs;
});
process.on('disconnect', () => process.exit(0));

for (const name of readdirSync(state).toSorted()) {
  if (statSync(join(state, name)).isDirectory()) await startServer(await identityIn(join(state, name), name, url));
}
process.send?.({ type: 'ready' });

async function startServer(identity: SimulatedIdentity): Promise<void> {
  const folder = join(state, identity.name);
  const journal = crash.watch(await Journal.open(join(folder, 'journal')));
  const capability = new AppendingCapability(join(folder, 'effects.log'));
  capability.midway = () => crash.pass('in the effect');
  const tasks = capability.tasks();
  const opened = openKeyset(identity.keyset, identity.rootKey);
  if (isRefusal(opened)) throw new Error(opened.reason);
  const keysets = new KeysetInMemory();
  keysets.current = opened;
  const spool = await DiskSpool.open(join(folder, 'spool'), {
    segmentBytes: 64 * 1024,
    totalBytes: 1024 * 1024,
    leastFreeBytes: 0,
  });
  const runner = new TaskRunner({
    server: identity.server,
    hostKey: identity.hostKey,
    journal,
    capabilities: {
      find: (task) => tasks.find((one) => one.definition.name === task),
      isManaged: () => capability.managed,
    },
    keyset: () => keysets.current ?? opened,
    policy: () => readHostPolicy(join(folder, 'no-policy.json')),
    clock,
    onStarted: (task) => {
      capability.task = task;
      handler.events.onStarted(task);
    },
    onReceipt: (task, receipt) => {
      handler.events.onReceipt(task, receipt);
      spool.push(1, { kind: 'held', items: [capability.held(clock.now())] }).catch(refused);
    },
  });
  const handler: TaskHandler = {
    events: NO_EVENTS,
    state: () =>
      Promise.resolve({
        seen: { guard: journal.seen('guard'), change: journal.seen('change'), job: journal.seen('job') },
        openTasks: journal.unacknowledged().map(({ task }) => task),
      }),
    submit: (envelope) => runner.submit(envelope),
    cancel: (envelope) => runner.cancel(envelope),
    receipts: () => Promise.resolve(journal.unacknowledged()),
    acknowledged: (task) => journal.acknowledged(task),
    journal: (from) => Promise.resolve(journalPage(journal.entries(), from)),
    keyset: (signed) => {
      const next = openKeyset(signed, identity.rootKey);
      if (!isRefusal(next)) keysets.current = next;
      return Promise.resolve();
    },
  };
  const keys = new IdentityKeys({ current: identity.agentKey });
  const witness = await Witness.open(new WitnessInMemory(), keys, identity.rootKey);
  const link = new Link({
    identity: {
      server: identity.server,
      keys,
      rootKey: identity.rootKey,
      machineHash: sha256Hex(`simulated machine ${identity.name}`),
      bootId,
      agentVersion: '0.1.0-simulated',
    },
    transport: webSocketTransport(url),
    tasks: handler,
    spool,
    witness,
    keysets,
    clock,
    load: () => 0,
    // Dials again soon: the harness counts seconds, not minutes.
    random: () => 0,
    log: (message, fields) => log(`${identity.name}: ${message} ${JSON.stringify(fields ?? {})}`),
    onReady: () => {
      spool.push(1, { kind: 'capabilities', items: [{ capability: 'bans', barred: null }] }).catch(refused);
    },
  });
  setInterval(() => {
    if (link.ready) spool.push(1, { kind: 'held', items: [capability.held(clock.now())] }).catch(refused);
  }, HELD_MS);
  runner.resume();
  link.start();
}
