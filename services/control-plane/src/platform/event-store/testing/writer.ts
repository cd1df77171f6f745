// A process that appends like several busy handlers at once, for the ledger test, which kills it in between. Its
// commands are the same after every restart, so that whatever was accepted before is a replay.
// Arguments: database URL, name of this writer, concurrent lanes, commands per lane.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { sha256 } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, derivedId } from '@muster/kernel/ids';
import pg from 'pg';
import { ConcurrencyConflict, EventStore, InProcessHintBus, LogTail, type Append } from '../index.ts';

const [url, name, lanes, commands] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url ?? '', max: 6 });
const hints = new InProcessHintBus();
const store = new EventStore({ pool, hints, tail: new LogTail(pool, hints) });

function command(lane: number, number: number): Append {
  const label = `${name}/${lane}/${number}`;
  const data = { label, text: 'événement 😀', amount: number / 3 };
  return {
    commandId: derivedId('ledger-test', label),
    actor: `writer:${name}`,
    requestHash: sha256(canonicalBytes(data)),
    tenantId: DEFAULT_TENANT,
    // Forty streams for everybody: enough to collide all the time.
    streamId: `shared-${(lane * 7 + number) % 40}`,
    streamType: 'test',
    expectedVersion: 'any',
    events: Array.from({ length: 1 + (number % 3) }, (_, i) => ({
      type: 'test.Written',
      version: 1,
      data: { ...data, i },
    })),
    meta: {
      v: 1,
      actor: `writer:${name}`,
      actorKind: 'system',
      software: 'test',
      correlation: derivedId('ledger-test', 'correlation', label),
      tenant: DEFAULT_TENANT,
    },
  };
}

async function runLane(lane: number): Promise<void> {
  for (let number = 0; number < Number(commands); number++) {
    const append = command(lane, number);
    const { replayed } = await store.append(append);
    process.stdout.write(`${append.commandId} ${replayed ? 'replayed' : 'accepted'}\n`);
    if (number % 5 === 0) {
      const again = await store.append(append);
      process.stdout.write(`${append.commandId} ${again.replayed ? 'replayed' : 'accepted'}\n`);
    }
    if (number % 11 === 0) await expectConflict(append, `${lane}/${number}`);
  }
}

/** A decision on a version that is long gone must be refused, and must leave nothing behind. */
async function expectConflict(append: Append, label: string): Promise<void> {
  const stale: Append = {
    ...append,
    commandId: derivedId('ledger-test', 'stale', `${name}/${label}`),
    expectedVersion: 'new',
  };
  await store.append(stale).then(
    () => process.stdout.write(`${stale.commandId} wrongly-accepted\n`),
    (error: unknown) => {
      if (!(error instanceof ConcurrencyConflict)) throw error;
    },
  );
}

await Promise.all(Array.from({ length: Number(lanes) }, (_, lane) => runLane(lane)));
await pool.end();
