// What a process of the control plane is built on: a pool and an event store per role it plays, hints, keys, personal
// data. Made once before Nest starts, closed after it stopped.
import { needed, type Role, type Settings } from '../config/settings.ts';
import { connect, connectScoped, type ProcessConnection, type ScopedConnection } from '../database/database.ts';
import { EventStore, LogTail, type InlineProjection } from '../event-store/index.ts';
import { countingRedis, type SharedCounts } from '../http/shared-throttle.ts';
import { LocalHintBus, RedisHintBus, type ClosableHintBus } from '../hints/hints.ts';
import { readTrust, type Trust } from '../keys/key-store.ts';
import { openMasterKey, WrappingKey } from '../personal-data/data-key.ts';
import { PersonalData, SUBJECT_ERASED, type MasterKey } from '../personal-data/personal-data.ts';
import { DeliveryTransport } from '../queue/delivery-queue.ts';
import { measureLedger } from '../telemetry/ledger-gauges.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { startTracing, type Tracing } from '../telemetry/tracing.ts';

export interface Station {
  readonly database: ProcessConnection;
  readonly store: EventStore;
  readonly tail: LogTail;
}

export interface Infrastructure {
  readonly settings: Settings;
  readonly stations: Partial<Record<Role, Station>>;
  /** The API's connections for those who ask; undefined in a process that is no API. */
  readonly asking: ScopedConnection | undefined;
  readonly hints: ClosableHintBus;
  readonly trust: Trust;
  readonly master: MasterKey;
  readonly personal: PersonalData;
  readonly delivery: DeliveryTransport;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  /** Where API processes count requests together; undefined without Redis. */
  readonly counts: SharedCounts | undefined;
  close(): Promise<void>;
}

const URL_OF = {
  api: 'MUSTER_DATABASE_URL_APP',
  worker: 'MUSTER_DATABASE_URL_WORKER',
  gateway: 'MUSTER_DATABASE_URL_GATEWAY',
} as const;
const POOL_SIZE = { api: 10, worker: 16, gateway: 16 } as const;

/** People wait for theirs one by one; what a fleet asks and answers comes by the thousand, and each commit waits for the disk. */
const LARGEST_GROUP = { api: 64, worker: 256, gateway: 256 } as const;
const ASKING_POOL_SIZE = 10;

export async function buildInfrastructure(
  settings: Settings,
  inline: readonly InlineProjection[],
): Promise<Infrastructure> {
  const processName = settings.MUSTER_ROLES.join('-');
  const metrics = new Metrics(processName);
  const hints = settings.REDIS_URL ? new RedisHintBus(settings.REDIS_URL) : new LocalHintBus();
  const stations: Partial<Record<Role, Station>> = {};
  for (const role of settings.MUSTER_ROLES) {
    const database = connect(needed(settings, URL_OF[role]), role, POOL_SIZE[role]);
    const tail = new LogTail(database.pool, hints);
    stations[role] = {
      database,
      tail,
      store: new EventStore({
        ...{ pool: database.pool, hints, tail, inline, measure: appendTimes(metrics) },
        groupCommit: { largestGroup: LARGEST_GROUP[role] },
      }),
    };
  }
  const asking = stations.api ? connectScoped(needed(settings, URL_OF.api), 'api-asking', ASKING_POOL_SIZE) : undefined;
  if (stations.worker) measureLedger(metrics, stations.worker.database.pool);
  const [first] = Object.values(stations);
  if (!first) throw new Error('MUSTER_ROLES names no role');
  const master = await openMasterKey(first.database.pool, wrappingKeyOf(settings));
  const delivery = new DeliveryTransport(
    settings.REDIS_URL
      ? { redisUrl: settings.REDIS_URL }
      : { postgresUrl: needed(settings, 'MUSTER_DATABASE_URL_QUEUE') },
    settings.MUSTER_LIMIT_QUEUE,
  );
  const personal = new PersonalData((stations.api ?? first).database.pool, master);
  hints.subscribe(SUBJECT_ERASED, (payload) => personal.forget((payload as { subject: string }).subject));
  const counts =
    settings.REDIS_URL && stations.api
      ? { redis: countingRedis(settings.REDIS_URL), secret: master.derive('request-counts') }
      : undefined;
  const tracing = await startTracing(settings.MUSTER_OTLP_TRACES, processName);
  return {
    settings,
    stations,
    asking,
    hints,
    trust: readTrust(settings.MUSTER_KEYS),
    master,
    personal,
    delivery,
    metrics,
    tracing,
    counts,
    async close() {
      counts?.redis.disconnect();
      await tracing.close();
      await delivery.close();
      for (const station of Object.values(stations)) {
        await station.tail.stop();
        await station.database.pool.end();
      }
      await asking?.pool.end();
      await hints.close();
    },
  };
}

function appendTimes(metrics: Metrics): (outcome: 'stored' | 'refused', milliseconds: number) => void {
  return (outcome, milliseconds) => metrics.appendSeconds.observe({ outcome }, milliseconds / 1000);
}

function wrappingKeyOf(settings: Settings): WrappingKey {
  if (settings.MUSTER_SECRET !== undefined) return new WrappingKey(settings.MUSTER_SECRET, 'MUSTER_SECRET');
  return WrappingKey.fromFile(needed(settings, 'MUSTER_SECRET_FILE'));
}
