// Everything that is broken on purpose: stores, processes, servers and the roads between them, made and taken down whole.
import { mkdirSync, mkdtempSync, chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedis } from '@muster/deploy/local/redis/server';
import { enrolSimulated, entrust } from '../support/agents.ts';
import type { ApiClient } from '../support/api-client.ts';
import { Installation } from '../support/installation.ts';
import type { Effect } from './appending-capability.ts';
import { withDatabase } from './checks.ts';
import { Road } from './road.ts';
import { ServerGroup } from './server-group.ts';
import { SmallDisk } from './small-disk.ts';
import { Postgres, Redis } from './stores.ts';

/** Servers whose process is alone, so that one can be broken while the others go on; and those that stay whole. */
const GROUPS = {
  first: ['waw-web-01'],
  second: ['ams-db-01'],
  rest: ['fra-web-01', 'fra-web-02', 'ber-mail-01', 'hel-web-01'],
};
const DATABASE_DISK_MB = 1200;
const SERVER_DISK_MB = 8;

export interface StageOptions {
  /** BullMQ on PostgreSQL instead of Redis: one process for api, worker and gateway. */
  withoutRedis?: boolean;
  say: (sentence: string) => void;
}

export class Stage {
  readonly folder: string;
  readonly postgres: Postgres;
  readonly redis: Redis | undefined;
  readonly installation: Installation;
  readonly client: ApiClient;
  readonly groups: { first: ServerGroup; second: ServerGroup; rest: ServerGroup };
  readonly disks: { database: SmallDisk | undefined; server: SmallDisk | undefined };

  private constructor(
    folder: string,
    postgres: Postgres,
    redis: Redis | undefined,
    installation: Installation,
    client: ApiClient,
    groups: { first: ServerGroup; second: ServerGroup; rest: ServerGroup },
    disks: { database: SmallDisk | undefined; server: SmallDisk | undefined },
  ) {
    this.folder = folder;
    this.postgres = postgres;
    this.redis = redis;
    this.installation = installation;
    this.client = client;
    this.groups = groups;
    this.disks = disks;
  }

  static async build({ withoutRedis = false, say }: StageOptions): Promise<Stage> {
    const folder = mkdtempSync('/var/tmp/muster-chaos-');
    chmodSync(folder, 0o755);
    const undo: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })];
    try {
      const database = SmallDisk.mount(join(folder, 'postgres'), DATABASE_DISK_MB);
      undo.push(() => database?.unmount());
      const postgres = await Postgres.start(join(folder, 'postgres'), say);
      undo.push(() => postgres.stop());
      const program = withoutRedis ? undefined : findRedis();
      const redis = program === undefined ? undefined : await Redis.start(program, join(folder, 'redis'));
      undo.push(() => redis?.stop());
      const installation = await Installation.start({
        folder,
        database: postgres,
        redisUrl: redis?.url,
        env: {
          MUSTER_HEARTBEAT_SECONDS: '2',
          MUSTER_SILENT_AFTER_SECONDS: '15',
          MUSTER_SWEEP_SECONDS: '5',
          MUSTER_LOG_LEVEL: 'info',
        },
        say,
        gaveUp: say,
      });
      undo.push(() => installation.stop());
      const { client } = await installation.owner();
      const server = SmallDisk.mount(join(folder, 'servers', 'second'), SERVER_DISK_MB);
      undo.push(() => server?.unmount());
      const groups = {
        first: await groupOf('first', installation, folder),
        second: await groupOf('second', installation, folder),
        rest: await groupOf('rest', installation, folder),
      };
      undo.push(async () => void (await Promise.all(Object.values(groups).map((group) => group.stop()))));
      for (const group of Object.values(groups)) {
        await group.start();
        for (const one of group.servers) await entrust(client, one.server);
      }
      return new Stage(folder, postgres, redis, installation, client, groups, { database, server });
    } catch (error) {
      for (const step of undo.toReversed()) await step();
      throw error;
    }
  }

  get all(): ServerGroup[] {
    return Object.values(this.groups);
  }

  get servers(): string[] {
    return this.all.flatMap((group) => group.servers.map(({ server }) => server));
  }

  get effects(): Map<string, Effect[]> {
    return new Map(this.all.flatMap((group) => [...group.effects()]));
  }

  /** Every server is connected and holds bans. */
  async untilManaged(withinMs: number): Promise<void> {
    const until = Date.now() + withinMs;
    for (;;) {
      const managed = [...this.effects.values()].filter((lines) => lines.some((line) => line.t === 'managed')).length;
      if (managed === this.servers.length) return;
      if (Date.now() > until) throw new Error(`${managed} of ${this.servers.length} servers were entrusted with bans.`);
      await sleep(200);
    }
  }

  /** Events in the ledger so far. */
  async size(): Promise<number> {
    return await withDatabase(this.postgres.adminUrl, async (client) => {
      const { rows } = await client.query<{ many: string }>('select count(*) as many from es.ledger');
      return Number(rows[0]?.many);
    });
  }

  async end(): Promise<void> {
    for (const group of this.all) await group.stop();
    await this.installation.stop();
    await this.redis?.stop();
    await this.postgres.stop();
    this.disks.server?.unmount();
    this.disks.database?.unmount();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function groupOf(name: keyof typeof GROUPS, installation: Installation, folder: string): Promise<ServerGroup> {
  const state = join(folder, 'servers', name);
  mkdirSync(state, { recursive: true });
  const servers = [];
  for (const server of GROUPS[name]) servers.push(await enrolSimulated(installation, state, server));
  const road = await Road.open(installation.gatewayUrls);
  return new ServerGroup(name, state, servers, road, join(folder, 'logs', `servers-${name}.log`));
}
