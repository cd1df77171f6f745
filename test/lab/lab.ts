// Real servers to try Muster on: Debian machines in containers that boot their own systemd, a control plane on this host
// that they reach over a private network, and an attacker who is not one of them.
//
//   const lab = await Lab.up({ servers: 5 });
//   await lab.attack(lab.servers[0]);
//   await lab.down();
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiClient, type Account } from '../support/api-client.ts';
import { startMuster, stopMuster } from '../support/local-start.ts';
import { bruteForce } from './brute-force.ts';
import { requireEngine } from './docker.ts';
import { enrol, type EnrolledServer } from './enrol.ts';
import { buildImages } from './images.ts';
import { bootServer, Machine, removeMachines, startAttacker } from './machine.ts';
import { createNetwork, removeNetwork } from './network.ts';

const ROOT = join(import.meta.dirname, '../..');
const NAMES = ['fra-web-01', 'fra-web-02', 'ber-mail-01', 'ams-db-01', 'waw-web-01'];

export interface LabOptions {
  servers: number;
  port?: number;
  /** For the control plane. */
  env?: NodeJS.ProcessEnv;
  /** Told what is going on and how long it took. */
  say?: (sentence: string) => void;
  /** More than one lab at a time needs names of their own. */
  name?: string;
  /** Aborted while it comes up, it goes down again, and `up` rejects once nothing is left. */
  stopped?: AbortSignal | undefined;
}

/** What `down`, `attack` and `status` need to find a lab again; readable by the owner only. */
interface Kept {
  url: string;
  pid: number;
  owner: Account;
  servers: { name: string; container: string; address: string; serverId: string }[];
  attacker: { container: string; address: string };
}

export class Lab {
  readonly name: string;
  readonly url: string;
  readonly owner: Account;
  readonly servers: readonly EnrolledServer[];
  readonly attacker: Machine;
  readonly dataFolder: string;

  private constructor(name: string, kept: Kept) {
    this.name = name;
    this.url = kept.url;
    this.owner = kept.owner;
    this.dataFolder = folderOf(name);
    this.servers = kept.servers.map(({ serverId, ...one }) => ({
      serverId,
      machine: new Machine(one.name, one.container, one.address),
    }));
    this.attacker = new Machine('attacker', kept.attacker.container, kept.attacker.address);
  }

  static async up(options: LabOptions): Promise<Lab> {
    const name = options.name ?? defaultName();
    const say = options.say ?? (() => undefined);
    if (existsSync(keptFile(name))) {
      throw new Error(`A lab is up already. Take it down first: npm run lab -- down`);
    }
    await requireEngine();
    await Lab.clear(name);
    try {
      return await timed(say, `Lab with ${options.servers} servers`, () => Lab.build(name, options, say));
    } catch (error) {
      // Why it did not come up is the error, also when it did not go down.
      await Lab.clear(name).catch((left: unknown) => say(left instanceof Error ? left.message : String(left)));
      throw error;
    }
  }

  /** What makes something is waited for, stopped or not, because only what is there can be removed. */
  private static async build(name: string, options: LabOptions, say: (sentence: string) => void): Promise<Lab> {
    const { stopped } = options;
    await timed(say, 'Images (the first time takes a minute)', () => buildImages(stopped));
    const network = await createNetwork(name);
    const port = options.port ?? 7420;
    const url = `http://${network.gateway}:${port}`;
    const muster = await timed(say, 'Control plane', () =>
      startMuster({
        data: folderOf(name),
        port,
        bind: '0.0.0.0',
        publicUrl: url,
        env: options.env ?? {},
        stopped,
      }),
    );
    await mkdir(folderOf(name), { recursive: true });
    const api = new ApiClient(url);
    if (muster.ownerLink === undefined) throw new Error(`No owner's link was printed:\n${muster.output()}`);
    const password = randomBytes(18).toString('base64url');
    const person = { name: 'Lab Owner', email: 'owner@lab.example', password };
    const owner = await api.setUpOwner(muster.ownerLink, person);
    const names = Array.from({ length: options.servers }, (_, index) => NAMES[index] ?? `lab-server-${index + 1}`);
    await roomToWatch(say);
    const machines = await timed(say, 'Servers booted', async () => {
      stopped?.throwIfAborted();
      const booting = await all(names.map((one) => bootServer(name, network.name, one)));
      await unlessStopped(stopped, () => Promise.all(booting.map((machine) => machine.untilBooted())));
      return booting;
    });
    stopped?.throwIfAborted();
    const attacker = await startAttacker(name, network.name);
    await timed(say, 'Agent built', () => unlessStopped(stopped, () => untilInstallable(url)));
    const servers: EnrolledServer[] = [];
    for (const machine of machines) {
      servers.push(
        await timed(say, `${machine.name} enrolled and its fingerprint confirmed`, () =>
          unlessStopped(stopped, () => enrol(api, machine)),
        ),
      );
    }
    const kept: Kept = {
      url,
      pid: muster.pid,
      owner,
      servers: servers.map(({ serverId, machine }) => ({
        name: machine.name,
        container: machine.container,
        address: machine.address,
        serverId,
      })),
      attacker: { container: attacker.container, address: attacker.address },
    };
    await writeFile(keptFile(name), JSON.stringify(kept, null, 2), { mode: 0o600 });
    stopped?.throwIfAborted();
    return new Lab(name, kept);
  }

  /** The lab that is up, for another command of the same clone. */
  static async find(name = defaultName()): Promise<Lab | undefined> {
    if (!existsSync(keptFile(name))) return undefined;
    return new Lab(name, JSON.parse(await readFile(keptFile(name), 'utf8')) as Kept);
  }

  /** A session of the lab's owner. */
  async signIn(): Promise<ApiClient> {
    const api = new ApiClient(this.url);
    await api.signIn(this.owner);
    return api;
  }

  /** Real failed SSH logins until the server no longer answers; see BruteForce for what it tells. */
  async attack(server: EnrolledServer): ReturnType<typeof bruteForce> {
    return await bruteForce(this.attacker, server.machine);
  }

  async down(): Promise<void> {
    await Lab.clear(this.name);
  }

  /** Removes everything a lab of this name may have left, however it ended; one step that fails does not keep the next from it. */
  static async clear(name = defaultName()): Promise<void> {
    const failures: unknown[] = [];
    for (const step of [
      async () => stopMuster(await holderOf(name)),
      () => removeMachines(name),
      () => removeNetwork(name),
      () => rm(folderOf(name), { recursive: true, force: true }),
    ]) {
      await step().catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 0) return;
    const why = failures.map((error) => (error instanceof Error ? error.message : String(error))).join('\n');
    throw new Error(`Not everything of the lab ${name} could be removed:\n${why}`);
  }
}

/** Like Promise.all, but not before each one is over: one that is still being made cannot be removed yet. */
async function all<Made>(making: readonly Promise<Made>[]): Promise<Made[]> {
  await Promise.allSettled(making);
  return await Promise.all(making);
}

/** For what is only waited for. */
async function unlessStopped<Result>(stopped: AbortSignal | undefined, wait: () => Promise<Result>): Promise<Result> {
  if (stopped === undefined) return await wait();
  stopped.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(stopped.reason);
  stopped.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([wait(), promise]);
  } finally {
    stopped.removeEventListener('abort', stop);
  }
}

const INOTIFY_INSTANCES = '/proc/sys/fs/inotify/max_user_instances';
/** Ten for a server's systemd and programs; containers of one machine share what the kernel allows to one user. */
const ENOUGH_INSTANCES = 1024;

/** A kernel allows a user 128 watchers of files as it comes: a server of its own has them to itself, ten in a lab do not. */
async function roomToWatch(say: (sentence: string) => void): Promise<void> {
  try {
    if (Number(await readFile(INOTIFY_INSTANCES, 'utf8')) >= ENOUGH_INSTANCES) return;
    await writeFile(INOTIFY_INSTANCES, String(ENOUGH_INSTANCES));
  } catch (error) {
    say(`Not enough room to watch files on every server (${INOTIFY_INSTANCES}): ${String(error)}`);
  }
}

const INSTALLABLE_DEADLINE_MS = 180_000;

/** The local start packs the agent after it is ready; until then there is no install script. */
async function untilInstallable(url: string): Promise<void> {
  const until = Date.now() + INSTALLABLE_DEADLINE_MS;
  for (;;) {
    const answer = await fetch(`${url}/agent/install.sh`, { signal: AbortSignal.timeout(10_000) });
    if (answer.ok) return;
    if (Date.now() > until)
      throw new Error(`No install script within ${INSTALLABLE_DEADLINE_MS / 1000} s: ${await answer.text()}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function timed<Result>(
  say: (sentence: string) => void,
  what: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const started = Date.now();
  const result = await work();
  say(`${what}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

function defaultName(): string {
  return `muster-lab-${createHash('sha256').update(ROOT).digest('hex').slice(0, 8)}`;
}

function folderOf(name: string): string {
  return join('/var/tmp', name);
}

function keptFile(name: string): string {
  return join(folderOf(name), 'lab.json');
}

/** The process that holds a lab's data folder, also when the lab never got as far as writing itself down. */
async function holderOf(name: string): Promise<number> {
  if (existsSync(keptFile(name))) return (JSON.parse(await readFile(keptFile(name), 'utf8')) as Kept).pid;
  const lock = join(folderOf(name), 'start.lock');
  return existsSync(lock) ? Number(await readFile(lock, 'utf8')) : 0;
}
