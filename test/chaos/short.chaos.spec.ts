// The short form of the storm: every kind of fault once, and the agent killed at every point of its journal. `npm run test:chaos -- --minutes N` is the long one.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Storm } from './storm.ts';
import { tableOf } from './table.ts';

const CLEAN = { unfinished: [], failed: [], lost: [], doubled: [], ledger: [] };

const FAULTS = [
  'kill -9 of the api',
  'kill -9 of the worker',
  'kill -9 of the signer',
  'kill -9 of the sequencer',
  'kill -9 of the gateway 1',
  'kill -9 of every process at once',
  'Redis: FLUSHALL',
  'Redis: kill -9, back with a stale append-only file',
  'PostgreSQL: kill -9 of a backend',
  'PostgreSQL: kill -9 of the server',
  'agent: kill -9 before received',
  'agent: kill -9 after received',
  'agent: kill -9 before started',
  'agent: kill -9 after started',
  'agent: kill -9 in the effect',
  'agent: kill -9 before done',
  'agent: kill -9 after done',
  'agent: kill -9 before acknowledged',
  'agent: kill -9 after acknowledged',
  'agent: kill -9 of four at once',
  'network of four servers: cut and healed',
  'network of a server: silent and healed',
  'full disk on a server, and kill -9 while it is full',
  'full disk under PostgreSQL',
  'clock of a server: +1 h, and back',
  'clock of a server: −1 h, and back',
] as const;

/** BullMQ on PostgreSQL: api, worker and gateway are one process. */
const WITHOUT_REDIS = [
  'kill -9 of the control plane',
  'kill -9 of the signer',
  'PostgreSQL: kill -9 of the server',
  'agent: kill -9 after started',
  'network of four servers: cut and healed',
] as const;

describe.each([
  { where: 'with Redis and two gateways', withoutRedis: false, names: FAULTS },
  { where: 'with BullMQ on PostgreSQL', withoutRedis: true, names: WITHOUT_REDIS },
])('an installation $where', ({ withoutRedis, names }) => {
  let storm: Storm;

  beforeAll(async () => {
    storm = await Storm.gather({ withoutRedis, say: () => undefined });
  });
  afterAll(async () => {
    if (storm !== undefined) console.log(`\n${tableOf(storm.outcomes)}\n`);
    await storm?.end();
  });

  it.each(names)('loses and doubles nothing: %s', async (name) => {
    const fault = storm.faults.find((one) => one.name === name);
    if (fault === undefined)
      throw new Error(`There is no such fault; there are: ${storm.faults.map((one) => one.name).join(', ')}`);
    if (fault.lacks !== undefined) throw new Error(`It cannot be done here: ${fault.lacks}`);
    const outcome = await storm.strike(fault);
    expect(outcome.findings).toEqual(CLEAN);
    expect(outcome.actions).toBeGreaterThan(1);
    expect(outcome.recoveredMs).toBeDefined();
  });
});
