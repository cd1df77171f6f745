// The peer's worker: takes jobs off a plain BullMQ queue and says how long each was under way.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';

const [url = '', queue = ''] = process.argv.slice(2);
const connection = new Redis(url, { maxRetriesPerRequest: null });
let done = 0;
let latencies: number[] = [];
new Worker<{ at: number }>(
  queue,
  (job) => {
    done += 1;
    latencies.push(performance.timeOrigin + performance.now() - job.data.at);
    return Promise.resolve();
  },
  { connection, concurrency: 256, removeOnComplete: { count: 0 } },
).on('error', () => undefined);

process.on('message', ({ wanted }: { wanted: number }) => {
  const look = setInterval(() => {
    if (done < wanted) return;
    clearInterval(look);
    process.send?.({ at: performance.timeOrigin + performance.now(), latencies });
    done = 0;
    latencies = [];
  }, 2);
});
process.once('SIGTERM', () => process.exit(0));
process.send?.('ready');
