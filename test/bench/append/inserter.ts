// Single INSERTs through the ordinary driver, one connection per client: the limit to compare with when the machine has
// no pgbench.
import pg from 'pg';
import { INSERT } from './plain-insert.ts';

const [url = ''] = process.argv.slice(2);
const statement = { name: 'insert', text: INSERT.replaceAll(':id', '$1::bigint'), values: [0] };

process.on('message', ({ clients, seconds }: { clients: number; seconds: number }) => {
  void load(clients, seconds).then((result) => process.send?.(result));
});
process.once('SIGTERM', () => process.exit(0));

async function load(clients: number, seconds: number): Promise<{ perSecond: number; p50: number; p99: number }> {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const took: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      for (let now = performance.now(); now < end;) {
        await connection.query({ ...statement, values: [Math.floor(Math.random() * 1e12)] });
        const done = performance.now();
        took.push(done - now);
        now = done;
      }
    }),
  );
  const elapsed = performance.now() - start;
  await Promise.all(connections.map((connection) => connection.end()));
  took.sort((a, b) => a - b);
  const at = (fraction: number): number => took[Math.floor((took.length - 1) * fraction)] ?? 0;
  return { perSecond: (took.length / elapsed) * 1000, p50: at(0.5), p99: at(0.99) };
}
