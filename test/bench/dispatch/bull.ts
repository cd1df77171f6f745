// The peer: BullMQ alone, one process that adds and one that works, on the same Redis. Nothing is stored, ordered, signed
// or remembered.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { quantile, type BenchTools } from '../benchmark.ts';

const BULK = 200;

export interface Bull {
  /** Jobs per second, from the first that is added to the last that was worked on. */
  throughput(jobs: number): Promise<number>;
  /** p99 in milliseconds, at a steady rate. */
  latency(perSecond: number, seconds: number): Promise<number>;
}

export async function startBull(redisUrl: string, tools: BenchTools): Promise<Bull> {
  const name = 'bench-peer';
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = new Queue<{ at: number }>(name, { connection });
  const worker = fork(fileURLToPath(new URL('bull-worker.ts', import.meta.url)), [redisUrl, name], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  tools.cleanUp(async () => {
    worker.kill('SIGTERM');
    await queue.close();
    connection.disconnect();
  });
  await once(worker, 'message');
  const now = (): number => performance.timeOrigin + performance.now();
  const worked = async (wanted: number): Promise<{ at: number; latencies: number[] }> => {
    const answer = once(worker, 'message');
    worker.send({ wanted });
    const [said] = (await answer) as [{ at: number; latencies: number[] }];
    return said;
  };
  const options = { removeOnComplete: true, attempts: 3 };
  return {
    async throughput(jobs) {
      const began = now();
      const done = worked(jobs);
      for (let from = 0; from < jobs; from += BULK) {
        const many = Math.min(BULK, jobs - from);
        await queue.addBulk(Array.from({ length: many }, () => ({ name: 'task', data: { at: now() }, opts: options })));
      }
      return (jobs / ((await done).at - began)) * 1000;
    },
    async latency(perSecond, seconds) {
      const jobs = Math.round(perSecond * seconds);
      const done = worked(jobs);
      const began = performance.now();
      for (let index = 0; index < jobs; index += 1) {
        const due = began + (index / perSecond) * 1000;
        if (due > performance.now()) await sleep(due - performance.now());
        void queue.add('task', { at: now() }, options);
      }
      return quantile((await done).latencies, 0.99);
    },
  };
}
