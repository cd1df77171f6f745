// Beside the API: the same statements sent straight to PostgreSQL by somebody who sees everything, and the gateway's own
// ingestion without a link before it. Runs the built control plane.
import type { BanLogLine } from '@muster/contracts/bans';
import { BanLogMonths } from '@muster/control-plane/domains/bans/ban-log-months';
import { statement, type BanLogSearch } from '@muster/control-plane/domains/bans/ban-log';
import { BanLogIngestion } from '@muster/control-plane/domains/bans/ingestion/ban-log.ingestion';
import { connect } from '@muster/control-plane/platform/database/database';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { LiveHints } from '@muster/control-plane/platform/realtime/live-hints';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';

export type DirectOrder =
  | { do: 'search'; searches: readonly Partial<BanLogSearch>[]; servers: readonly string[] }
  | { do: 'ingest'; server: string; lines: number; at: string };

const PAGE = 50;
/** As many as an agent puts into one batch at most. */
const BATCH = 500;
/** Batches of different servers come side by side. */
const AT_ONCE = 4;
const [adminUrl = '', gatewayUrl = ''] = process.argv.slice(2);
const admin = connect(adminUrl, 'bench', 1);
const gateway = connect(gatewayUrl, 'bench', 8);
const hints = new InProcessHintBus();
const tail = new LogTail(gateway.pool, hints);
const store = new EventStore({ pool: gateway.pool, hints, tail });
const ingestion = new BanLogIngestion(gateway, store, new BanLogMonths(gateway), new LiveHints(hints));
let batches = 0;

process.on('message', (order: DirectOrder) => {
  void (order.do === 'search' ? search(order) : ingest(order)).then((answer) => process.send?.(answer));
});
process.once('SIGTERM', () => process.exit(0));

async function search({ searches, servers }: Extract<DirectOrder, { do: 'search' }>): Promise<number[]> {
  const took: number[] = [];
  for (const one of searches) {
    const began = performance.now();
    await statement(DEFAULT_TENANT, { before: null, limit: PAGE, ...one }, servers).execute(admin.db);
    took.push(performance.now() - began);
  }
  return took;
}

/** Lines per second. */
async function ingest({ server, lines, at }: Extract<DirectOrder, { do: 'ingest' }>): Promise<number> {
  const linked = { serverId: server, tenantId: DEFAULT_TENANT, hostKey: null, agentKey: '', confirmed: true };
  const wanted = Array.from({ length: Math.ceil(lines / BATCH) }, () =>
    Array.from({ length: BATCH }, (_, index): BanLogLine => ({
      id: newId(),
      at,
      what: 'banned',
      address: `198.51.${index % 256}.${(index * 7) % 256}`,
      jail: 'sshd',
      failures: 5,
      banSeconds: 600,
      banCount: 1,
      source: 'log',
    })),
  );
  const began = performance.now();
  const taker = async (): Promise<void> => {
    for (let batch = wanted.pop(); batch !== undefined; batch = wanted.pop()) {
      await ingestion.take(linked, batch, (batches += 1));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, taker));
  return ((Math.ceil(lines / BATCH) * BATCH) / (performance.now() - began)) * 1000;
}
