// A whole Muster for one benchmark: PostgreSQL with the durability of a real installation, Redis, and every process of the
// control plane on its own, as built.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findRedis, REDIS_PROGRAMS, startRedis } from '@muster/deploy/local/redis/server';
import pg from 'pg';
import { Installation } from '../../support/installation.ts';
import type { ApiClient } from '../../support/api-client.ts';
import type { BenchTools } from '../benchmark.ts';
import { startDatabase, type BenchDatabase } from '../ledger/database.ts';

export interface BenchStage {
  folder: string;
  database: BenchDatabase;
  databaseUrl(role: string): string;
  redisUrl: string;
  installation: Installation;
  /** As superuser, to look at what happened. */
  admin: pg.Client;
  say(sentence: string): void;
  /** Signed in as the owner. */
  client: ApiClient;
}

export async function startStage(
  tools: BenchTools,
  { gateways = 1, env = {} }: { gateways?: number; env?: Record<string, string> } = {},
): Promise<BenchStage> {
  const program = findRedis();
  if (program === undefined) throw new Error(`It needs one of ${REDIS_PROGRAMS.join(', ')} on PATH.`);
  const database = await startDatabase(tools);
  await database.create('muster');
  const redis = await tools.keep(startRedis(program, database.folder), (started) => started.stop(5_000));
  const folder = join(database.folder, 'installation');
  await mkdir(folder);
  const databaseUrl = (role: string): string => database.url(role, 'muster');
  const starting = Installation.start({
    folder,
    database: { urlAs: databaseUrl, queueUrl: databaseUrl('postgres') },
    redisUrl: redis.url,
    gateways,
    env: { MUSTER_LOG_LEVEL: 'warn', ...env },
    gaveUp: tools.say,
  });
  const installation = await tools.keep(starting, (started) => started.stop());
  const { client } = await installation.owner();
  const admin = new pg.Client({ connectionString: databaseUrl('postgres') });
  await admin.connect();
  tools.cleanUp(() => admin.end());
  return { say: tools.say, admin, folder, database, databaseUrl, redisUrl: redis.url, installation, client };
}
