// A whole control plane in this process over a database of its own: api, worker and gateway, the signer and the sequencer,
// with the keys of one installation. It can be stopped, and another one started over another database.
import { mkdir, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { permissions } from '@muster/contracts';
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';
import { BlockAddress } from '@muster/contracts/bans';
import { ConfirmFingerprint, GetServer, OpenEnrolment, SetCapability } from '@muster/contracts/servers';
import { OwnerSetup } from '@muster/control-plane/domains/access/index';
import { inlineTables } from '@muster/control-plane/domains/operations/index';
import { TaskSigner } from '@muster/control-plane/domains/operations/signer/task-signer';
import { startControlPlane, type RunningControlPlane } from '@muster/control-plane/main/application';
import { readSettings } from '@muster/control-plane/platform/config/settings';
import { ActionBus } from '@muster/control-plane/platform/cqrs/action-bus';
import { grantedByDesign, newContext } from '@muster/control-plane/platform/cqrs/principal';
import { connect } from '@muster/control-plane/platform/database/database';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { readKey, readTrust } from '@muster/control-plane/platform/keys/key-store';
import { Sequencer } from '@muster/control-plane/platform/sequencer/sequencer';
import { SignedMarkFile } from '@muster/control-plane/platform/sequencer/signed-mark';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import pg from 'pg';
import type { z } from 'zod';
import { identityIn, type SimulatedIdentity } from '../fleet/identity.ts';
import { TEST_ROLE_PASSWORD } from '../support/postgres.ts';
import { until } from './until.ts';

const OPERATOR = {
  kind: 'person',
  actor: newId(),
  tenantId: DEFAULT_TENANT,
  ...grantedByDesign(
    'owner',
    permissions.map(({ name }) => name),
  ),
  source: '198.51.100.99',
} as const;

export class Installation {
  readonly superuser: pg.Pool;
  readonly #controlPlane: RunningControlPlane;
  readonly #stops: (() => Promise<void>)[];

  private constructor(controlPlane: RunningControlPlane, superuser: pg.Pool, stops: (() => Promise<void>)[]) {
    this.#controlPlane = controlPlane;
    this.superuser = superuser;
    this.#stops = stops;
  }

  /** `folder`: keys/ and secrets.key of the installation. `url`: its database, as superuser. */
  static async start(folder: string, url: string): Promise<Installation> {
    const keys = join(folder, 'keys');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'secrets.key'), randomBytes(32).toString('base64'), { flag: 'wx' }).catch(
      () => undefined,
    );
    const as = (role: string): string => {
      const address = new URL(url);
      address.username = role;
      address.password = TEST_ROLE_PASSWORD;
      return address.href;
    };
    const superuser = new pg.Pool({ connectionString: url, max: 2 });
    superuser.on('error', () => undefined);
    const sequencer = await startSequencer(keys, as('muster_sequencer'));
    const signer = startSigner(keys, as('muster_signer'));
    const controlPlane = await startControlPlane(
      readSettings({
        MUSTER_ROLES: 'api,worker,gateway',
        MUSTER_PORT: '0',
        MUSTER_PUBLIC_URL: 'http://localhost:7410',
        MUSTER_DATABASE_URL_APP: as('muster_app'),
        MUSTER_DATABASE_URL_WORKER: as('muster_worker'),
        MUSTER_DATABASE_URL_GATEWAY: as('muster_gateway'),
        MUSTER_DATABASE_URL_QUEUE: url,
        MUSTER_KEYS: keys,
        MUSTER_SECRET_FILE: join(folder, 'secrets.key'),
        MUSTER_HEARTBEAT_SECONDS: '1',
        MUSTER_SWEEP_SECONDS: '1',
        MUSTER_LOG_LEVEL: process.env['MUSTER_TEST_LOG'] ?? 'silent',
      }),
    );
    return new Installation(controlPlane, superuser, [() => controlPlane.stop(), signer, sequencer]);
  }

  /** The first owner's one-time link, without its address. */
  async ownerLink(): Promise<string> {
    return new URL((await this.#controlPlane.app.get(OwnerSetup).issueLink()) ?? '').hash.slice(1);
  }

  get port(): number {
    return this.#controlPlane.port;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) await stop();
    await this.superuser.end();
  }

  command<I extends z.ZodType, O extends z.ZodType>(definition: CommandDefinition<string, I, O>, input: z.input<I>) {
    return this.#controlPlane.app.get(ActionBus).command(definition, input, newContext(OPERATOR));
  }

  query<I extends z.ZodType, O extends z.ZodType>(definition: QueryDefinition<string, I, O>, input: z.input<I>) {
    return this.#controlPlane.app.get(ActionBus).query(definition, input, newContext(OPERATOR));
  }

  /** Enrols a simulated server at this control plane; it is confirmed and its bans are managed. */
  async enrol(folder: string, name: string): Promise<SimulatedIdentity> {
    const { token } = await this.command(OpenEnrolment, { name, simulated: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'token'), token);
    return identityIn(folder, name, `http://127.0.0.1:${this.port}`);
  }

  async entrust(serverId: string): Promise<void> {
    const { fingerprint } = await until('the server is known', () => this.query(GetServer, { serverId }));
    await this.command(ConfirmFingerprint, { serverId, fingerprint });
    await until('bans are managed', () =>
      this.command(SetCapability, { serverId, capability: 'bans', mode: 'managed' }),
    );
  }

  async block(range: string): Promise<void> {
    await this.command(BlockAddress, { range, target: { kind: 'fleet' }, seconds: null, reason: 'Guessing passwords' });
    await until(`every server is asked for ${range}`, async () => {
      const { rows } = await this.superuser.query<{ asked: boolean }>(
        `select o.servers = count(t.task_id) as asked from muster.operations_operations o
         join muster.operations_tasks t using (operation_id) where o.subject = $1 group by o.operation_id`,
        [range],
      );
      return rows[0]?.asked ?? false;
    });
  }

  async count(eventType: string): Promise<number> {
    const { rows } = await this.superuser.query<{ n: number }>(
      'select count(*)::int as n from es.events where event_type = $1',
      [eventType],
    );
    return rows[0]?.n ?? 0;
  }

  async data(eventType: string): Promise<Record<string, unknown>[]> {
    const { rows } = await this.superuser.query<{ body: string }>(
      `select convert_from(body, 'UTF8') as body from es.events where event_type = $1 order by recorded_at`,
      [eventType],
    );
    return rows.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  }

  async openTasks(serverId?: string): Promise<number> {
    const { rows } = await this.superuser.query<{ n: number }>(
      `select count(*)::int as n from muster.operations_tasks
       where state not in ('succeeded', 'failed', 'expired', 'cancelled') and ($1::uuid is null or server_id = $1)`,
      [serverId ?? null],
    );
    return rows[0]?.n ?? 0;
  }
}

async function startSequencer(keys: string, url: string): Promise<() => Promise<void>> {
  const pool = new pg.Pool({ connectionString: url, max: 3 });
  pool.on('error', () => undefined);
  const sequencer = new Sequencer({
    pool,
    hints: new InProcessHintBus(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ledgerKey: readKey(keys, 'ledger'),
    mark: new SignedMarkFile(keys),
    origin: readTrust(keys).keyset.origin,
    checkpointEveryMs: 100,
  });
  await sequencer.start();
  return async () => {
    await sequencer.stop();
    await pool.end();
  };
}

function startSigner(keys: string, url: string): () => Promise<void> {
  const { pool } = connect(url, 'signer', 4);
  const hints = new InProcessHintBus();
  const tail = new LogTail(pool, hints);
  const store = new EventStore({ pool, hints, tail, inline: inlineTables });
  const signer = new TaskSigner(pool, store, readKey(keys, 'task'), { debug: () => undefined, warn: () => undefined });
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await signer.run().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    stopped = true;
    await running;
    await tail.stop();
    await pool.end();
  };
}
