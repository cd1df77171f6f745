// The process that rebuilds: the real subscription worker with the real projection of the audit page, as the worker process
// runs it; and beside it the peer, the same rows read in batches and thrown away. Runs the built control plane.
import { AuditEntriesProjection } from '@muster/control-plane/domains/audit/projections/entries/entries.projection';
import { connect } from '@muster/control-plane/platform/database/database';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { Projections, type Subscription } from '@muster/control-plane/platform/projections/index';
import { LiveHints } from '@muster/control-plane/platform/realtime/live-hints';

export type RebuildOrder =
  | { do: 'read'; events: number }
  | { do: 'rebuild'; events: number }
  /** Goes on from where it was, a few events at a time, until at least as many are handled. */
  | { do: 'follow'; events: number; batch: number };

const READ_BATCH = 5000;
const DEADLINE_MS = 600_000;
const [url = ''] = process.argv.slice(2);
const { pool } = connect(url, 'bench', 4);
const hints = new InProcessHintBus();
const tail = new LogTail(pool, hints);
const store = new EventStore({ pool, hints, tail });
const log = { warn: console.warn, error: console.error };

process.on('message', (order: RebuildOrder) => {
  const began = performance.now();
  void (order.do === 'read' ? read(order.events) : handle(order)).then(() =>
    process.send?.({ perSecond: (order.events / (performance.now() - began)) * 1000 }),
  );
});
process.once('SIGTERM', () => process.exit(0));

async function handle(order: Exclude<RebuildOrder, { do: 'read' }>): Promise<void> {
  const projection = new AuditEntriesProjection(new LiveHints(hints));
  const projections = new Projections({ pool, store, tail, log });
  projections.start([order.do === 'rebuild' ? projection : asItComesIn(projection, order.batch)]);
  const { name, version } = projection;
  const there = await projections.hasHandled(name, version, order.events - 1, DEADLINE_MS);
  await projections.stop();
  if (!there) throw new Error('It did not catch up.');
}

/** A few events at a time, and nothing made ready before their transaction. */
function asItComesIn(projection: AuditEntriesProjection, batch: number): Subscription {
  const { name, version, types, from } = projection;
  return { name, version, types, from, batch, handle: (trx, events) => projection.handle(trx, events) };
}

async function read(events: number): Promise<void> {
  for (let from = 0; from < events; from += READ_BATCH) {
    const { rows } = await pool.query(
      `select l.position, e.* from es.ledger l join es.events e on e.event_id = l.event_id and e.recorded_at = l.recorded_at
       where l.position >= $1 and l.position < $1 + ${READ_BATCH} order by l.position`,
      [from],
    );
    if (rows.length === 0) throw new Error('The log is shorter than it should be.');
  }
}
