// Muster as a production installation runs it: each process on its own (api, worker, gateways, signer, sequencer), under the
// supervisor of the local start, with its own database role. What attacks it and what breaks it is built on this.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { secretFile } from '@muster/control-plane/platform/keys/installation-secrets';
import { ensureKeys } from '@muster/control-plane/platform/keys/key-store';
import { freePort } from '@muster/deploy/local/processes/free-port';
import { Supervisor, type ProcessPlan, type RunningProcess } from '@muster/deploy/local/supervisor';
import type { LoginRole } from '@muster/migrations/runner';
import { ApiClient, type Account } from './api-client.ts';

const CLONE = join(import.meta.dirname, '../..');
const MAIN = join(CLONE, 'services/control-plane/dist/main');

export interface InstallationOptions {
  folder: string;
  database: { urlAs(role: LoginRole): string; queueUrl: string };
  /** Absent: BullMQ on PostgreSQL, which serves one process: api, worker and gateway are then one. */
  redisUrl: string | undefined;
  gateways?: number;
  env?: Record<string, string>;
  say?: (sentence: string) => void;
  /** Told when a process does not stay up. */
  gaveUp?: (sentence: string) => void;
}

export class Installation {
  readonly apiUrl: string;
  readonly gatewayUrls: readonly string[];
  readonly keys: string;
  readonly logs: string;
  private readonly supervisor: Supervisor;
  private readonly processes = new Map<string, RunningProcess>();

  private constructor(supervisor: Supervisor, places: { apiUrl: string; gatewayUrls: string[]; folder: string }) {
    this.supervisor = supervisor;
    this.apiUrl = places.apiUrl;
    this.gatewayUrls = places.gatewayUrls;
    this.keys = join(places.folder, 'keys');
    this.logs = join(places.folder, 'logs');
  }

  /** Needs the built control plane (`npm run build`, which `npm test` does first). */
  static async start(options: InstallationOptions): Promise<Installation> {
    const { folder, redisUrl, gateways = 2, say = () => undefined } = options;
    mkdirSync(join(folder, 'logs'), { recursive: true });
    ensureKeys(join(folder, 'keys'), 'test.muster/1', new Date());
    const apiPort = await freePort();
    const gatewayPorts: number[] = [];
    while (redisUrl !== undefined && gatewayPorts.length < gateways) gatewayPorts.push(await freePort());
    const apiUrl = `http://localhost:${apiPort}`;
    const supervisor = new Supervisor(say, options.gaveUp ?? say);
    const installation = new Installation(supervisor, {
      apiUrl,
      gatewayUrls: redisUrl === undefined ? [apiUrl] : gatewayPorts.map((port) => `http://127.0.0.1:${port}`),
      folder,
    });
    const plans = await plansOf(options, apiUrl, apiPort, gatewayPorts);
    try {
      await Promise.all(plans.map(async (plan) => installation.processes.set(plan.name, await supervisor.start(plan))));
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
    return installation;
  }

  get names(): string[] {
    return [...this.processes.keys()];
  }

  /** The process that answers the IPC channel of the local start. */
  get api(): RunningProcess {
    return this.named(this.processes.has('api') ? 'api' : 'control plane');
  }

  /** Of the process itself; it changes when the process was started again. */
  pid(name: string): number {
    const { pid } = this.named(name);
    if (pid === undefined) throw new Error(`The ${name} is not running.`);
    return pid;
  }

  /** Runs again, as another process than `before`. */
  hasRestarted(name: string, before: number): boolean {
    const { pid } = this.named(name);
    return pid !== undefined && pid !== before;
  }

  /** kill -9, unless told otherwise; the supervisor starts it again. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.pid(name), signal);
  }

  /** A signed-in owner, made with the one-time link. */
  async owner(): Promise<{ client: ApiClient; account: Account }> {
    const answer = await this.api.ask({ type: 'owner-link' });
    if (answer.type !== 'owner-link' || answer.link === null) throw new Error('There is an owner already.');
    const client = new ApiClient(this.apiUrl);
    const password = randomBytes(18).toString('base64url');
    const account = await client.setUpOwner(answer.link, { name: 'Ada Owner', email: 'ada@hosting.example', password });
    return { client, account };
  }

  /** Everything every process has written so far. */
  output(): string {
    return readdirSync(this.logs)
      .map((name) => readFileSync(join(this.logs, name), 'utf8'))
      .join('\n');
  }

  async stop(): Promise<void> {
    await this.supervisor.stop();
  }

  private named(name: string): RunningProcess {
    const found = this.processes.get(name);
    if (found === undefined) throw new Error(`There is no process "${name}": ${this.names.join(', ')}.`);
    return found;
  }
}

async function plansOf(
  options: InstallationOptions,
  apiUrl: string,
  apiPort: number,
  gatewayPorts: readonly number[],
): Promise<ProcessPlan[]> {
  const { folder, database, redisUrl } = options;
  const secret = await secretFile(folder);
  const plan = (name: string, file: string, env: Record<string, string>): ProcessPlan => ({
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(MAIN, file)],
    env: {
      PATH: process.env['PATH'],
      MUSTER_KEYS: join(folder, 'keys'),
      MUSTER_SECRET_FILE: secret,
      MUSTER_PUBLIC_URL: apiUrl,
      MUSTER_LOG_LEVEL: 'info',
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
      ...options.env,
      ...env,
    },
    cwd: CLONE,
    logFile: join(folder, 'logs', `${name.replaceAll(' ', '-')}.log`),
    saysReady: true,
  });
  const app = { MUSTER_DATABASE_URL_APP: database.urlAs('muster_app') };
  const worker = { MUSTER_DATABASE_URL_WORKER: database.urlAs('muster_worker') };
  const gateway = { MUSTER_DATABASE_URL_GATEWAY: database.urlAs('muster_gateway') };
  const others = [
    plan('signer', 'signer.js', { MUSTER_DATABASE_URL_SIGNER: database.urlAs('muster_signer') }),
    plan('sequencer', 'sequencer.js', { MUSTER_DATABASE_URL_SEQUENCER: database.urlAs('muster_sequencer') }),
  ];
  if (redisUrl === undefined) {
    const whole = { MUSTER_ROLES: 'api,worker,gateway', MUSTER_PORT: String(apiPort) };
    const queue = { MUSTER_DATABASE_URL_QUEUE: database.queueUrl };
    return [
      plan('control plane', 'control-plane.js', { ...whole, ...app, ...worker, ...gateway, ...queue }),
      ...others,
    ];
  }
  return [
    plan('api', 'control-plane.js', { MUSTER_ROLES: 'api', MUSTER_PORT: String(apiPort), ...app }),
    plan('worker', 'control-plane.js', { MUSTER_ROLES: 'worker', MUSTER_PORT: '0', ...worker }),
    ...gatewayPorts.map((port, index) =>
      plan(`gateway ${index + 1}`, 'control-plane.js', {
        // As in docker-compose.yml.
        NODE_OPTIONS: '--max-semi-space-size=4',
        MUSTER_ROLES: 'gateway',
        MUSTER_PORT: String(port),
        ...gateway,
      }),
    ),
    ...others,
  ];
}
