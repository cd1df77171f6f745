// What every attack starts from: a whole installation of real processes, an owner who is signed in, and one good agent
// whose work must go on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockAddress } from '@muster/contracts/bans';
import { GetOperation } from '@muster/contracts/operations';
import { SimulatedServer } from '../../fleet/simulated-server.ts';
import type { SimulatedIdentity } from '../../fleet/identity.ts';
import { eventually } from '../../e2e/support/lab-under-test.ts';
import { enrolSimulated, entrust } from '../../support/agents.ts';
import type { Account, ApiClient } from '../../support/api-client.ts';
import { Installation } from '../../support/installation.ts';
import { createDatabase, type TestDatabase } from '../../support/postgres.ts';
import { redisForTest } from '../../support/redis.ts';

export class UnderAttack {
  private blocks = 0;
  private readonly running: SimulatedServer[] = [];

  readonly installation: Installation;
  readonly database: TestDatabase;
  readonly folder: string;
  readonly client: ApiClient;
  readonly account: Account;

  private constructor(
    installation: Installation,
    database: TestDatabase,
    folder: string,
    client: ApiClient,
    account: Account,
  ) {
    this.installation = installation;
    this.database = database;
    this.folder = folder;
    this.client = client;
    this.account = account;
  }

  static async begin(env: Record<string, string> = {}): Promise<UnderAttack> {
    const folder = mkdtempSync(join(tmpdir(), 'muster-attack-'));
    const database = await createDatabase();
    const installation = await Installation.start({
      folder,
      database: { urlAs: (role) => database.urlAs(role), queueUrl: database.url },
      redisUrl: redisForTest().url,
      env: { MUSTER_HEARTBEAT_SECONDS: '1', MUSTER_SWEEP_SECONDS: '5', ...env },
    });
    const { client, account } = await installation.owner();
    return new UnderAttack(installation, database, folder, client, account);
  }

  /** The gateway that is attacked, and the other one (the same where there is no Redis). */
  get gateways(): { first: string; second: string } {
    const [first = this.installation.apiUrl, second = first] = this.installation.gatewayUrls;
    return { first, second };
  }

  /** By name; another id after an attack says that it ended a gateway and the supervisor started it again. */
  gatewayProcesses(): [name: string, pid: number][] {
    const { installation } = this;
    const names = installation.names.filter((name) => /gateway|control plane/.test(name));
    return names.map((name) => [name, installation.pid(name)]);
  }

  async agent(name: string): Promise<SimulatedIdentity> {
    return await enrolSimulated(this.installation, join(this.folder, 'agents'), name);
  }

  /** A simulated server that is connected, confirmed and takes blocks. */
  async goodServer(name: string): Promise<SimulatedIdentity> {
    const identity = await this.agent(name);
    const server = new SimulatedServer(identity, {
      controlPlane: this.gateways.first,
      banEveryMs: 0,
      log: () => undefined,
    });
    this.running.push(server);
    await server.start();
    await entrust(this.client, identity.server);
    await this.works(identity, 30_000);
    return identity;
  }

  /** A block reaches this server and comes back as done. */
  async works(identity: SimulatedIdentity, withinMs = 15_000): Promise<void> {
    this.blocks += 1;
    const range = `203.0.113.${this.blocks}`;
    const target = { kind: 'server', serverId: identity.server } as const;
    const { operationId } = await this.client.call(BlockAddress, {
      range,
      target,
      seconds: 3600,
      reason: 'Still at work',
    });
    await eventually(
      `the block of ${range} on ${identity.name}`,
      () => this.client.call(GetOperation, { operationId }),
      (operation) => operation.counts.succeeded === 1,
      withinMs,
    );
  }

  async end(): Promise<void> {
    for (const server of this.running) server.stop();
    await this.installation.stop();
    await this.database.drop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
