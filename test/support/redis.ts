// A real Redis (or Valkey) for tests: TEST_REDIS_URL, or a private child of the run when the machine has the program.
// Without either, specs that need it are skipped and say so:
//
//   const redis = redisForTest();
//   describe.skipIf(redis.url === undefined)(…)
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis, REDIS_PROGRAMS, startRedis } from '@muster/deploy/local/redis/server';

const ADDRESS_VARIABLE = 'MUSTER_TEST_REDIS';

/** What a spec without Redis leaves out, in words; the test command prints it. */
export const WITHOUT_REDIS = `neither ${REDIS_PROGRAMS.join(' nor ')} is on PATH (Debian: apt-get install redis-server)`;

/** The run's Redis; `url` is undefined when there is none. */
export function redisForTest(): { url: string | undefined } {
  return { url: process.env[ADDRESS_VARIABLE] };
}

export async function startRedisForRun(): Promise<() => Promise<void>> {
  const given = process.env['TEST_REDIS_URL'];
  if (given !== undefined && given !== '') {
    process.env[ADDRESS_VARIABLE] = given;
    return async () => undefined;
  }
  const program = findRedis();
  if (program === undefined) {
    console.log(`Tests that need Redis are skipped: ${WITHOUT_REDIS}.`);
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-redis-'));
  const server = await startRedis(program, folder);
  process.env[ADDRESS_VARIABLE] = server.url;
  return async () => {
    await server.stop(5_000);
    await rm(folder, { recursive: true, force: true });
  };
}
