// Runs once before the integration specs (vitest globalSetup): the database server and, where there is one, Redis.
// Should the run be killed, both end by themselves (deploy/local/processes/lifeline.ts).
import { startPostgresForRun } from './postgres-server.ts';
import { startRedisForRun } from './redis.ts';

export default async function startServices(): Promise<() => Promise<void>> {
  const stopPostgres = await startPostgresForRun();
  const stopRedis = await startRedisForRun().catch(async (error: unknown) => {
    await stopPostgres();
    throw error;
  });
  return async () => {
    await stopRedis();
    await stopPostgres();
  };
}
