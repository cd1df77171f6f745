// Which queue carries the task ids, chosen in this order and said: a Redis that was named, a private one from a program on
// PATH, or BullMQ's own PostgreSQL backend. Nothing is lost by the choice; it decides speed and how many replicas may run.
import { findRedis, REDIS_PROGRAMS, startRedis } from './redis/server.ts';
import type { Shutdown } from './shutdown.ts';

/** The Redis address, or undefined for BullMQ on PostgreSQL. */
export async function startQueueBackend(
  named: string | undefined,
  folder: string,
  shutdown: Shutdown,
  say: (sentence: string) => void,
): Promise<string | undefined> {
  if (named !== undefined) {
    say(`Queue: the Redis named by REDIS_URL.`);
    return named;
  }
  const program = findRedis();
  if (program === undefined) {
    say(
      `Queue: BullMQ on PostgreSQL, because neither ${REDIS_PROGRAMS.join(' nor ')} is on PATH. It is slower and serves one control plane; nothing else is left out.`,
    );
    return undefined;
  }
  const server = await startRedis(program, folder);
  shutdown.add('Redis', () => server.stop(5_000));
  void server.exited.then((how) => shutdown.because(`Redis (${program}) ended (${how}).`));
  say(`Queue: a private ${program}.`);
  return server.url;
}
