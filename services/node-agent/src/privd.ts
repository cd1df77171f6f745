// The root helper: holds the rights, has no network. Listens on a Unix socket only, verifies everything itself, writes its
// journal before it promises anything, and goes away when nothing needs it.
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@muster/kernel/clock';
import { BansCapability } from './capabilities/bans/bans.capability.ts';
import { Fail2banEnforcer } from './capabilities/bans/fail2ban/enforcer.ts';
import { InForce } from './capabilities/bans/fail2ban/in-force.ts';
import { readFail2ban } from './capabilities/bans/fail2ban/jails.ts';
import { Fail2banReader } from './capabilities/bans/fail2ban/reader.ts';
import { gatherNeverBlocked } from './capabilities/bans/never-block.ts';
import { TableGuard } from './capabilities/bans/table-guard.ts';
import { BanTable } from './capabilities/bans/table.ts';
import { parseListeningPorts } from './capabilities/inventory/ports.ts';
import { ReleasesCapability } from './capabilities/releases/releases.capability.ts';
import type { WantedFile } from './capabilities/releases/take-file.ts';
import { UpdateFiles } from './capabilities/releases/update-files.ts';
import { PostureCapability } from './capabilities/posture/posture.capability.ts';
import { PostureMemory } from './capabilities/posture/posture-memory.ts';
import type { PrivilegedProbing } from './capabilities/posture/privileged-probing.ts';
import { ChangedFiles } from './host/changes.ts';
import { execFile } from './host/exec.ts';
import { isAbsent } from './host/files.ts';
import { installedTools } from './host/tools.ts';
import { HostStore } from './privd/host-store.ts';
import { FAIL2BAN_SOCKET, type PrivdPaths } from './privd/paths.ts';
import { PrivdSocket, RefusedRequest } from './privd/socket-server.ts';
import type { CapabilityRegistry } from './runtime/capability.ts';
import { Journal } from './runtime/journal.ts';
import { journalPage } from './runtime/journal-pages.ts';
import { TaskRunner } from './runtime/task-runner.ts';
import { readHostPolicy } from './trust/host-policy.ts';
import { isRefusal } from './trust/refusal.ts';
import { AGENT_VERSION } from './version.ts';

export interface PrivdOptions {
  readonly paths: PrivdPaths;
  readonly listen: { readonly path: string } | { readonly fd: number };
  /** Exit after this long without a request, and four times as long after a task; 0 stays. */
  readonly idleSeconds: number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

const UPKEEP_MS = 60_000;
/** After a start, if nobody asks before: time for the block that it was started for. */
const WHOLE_UPKEEP_MS = 1000;
/** Who blocks one address blocks the next: a start costs a tenth of a second, which a task would wait for. */
const LONGER_AFTER_TASK = 4;

/** Composes `bans` for this host; the uninstaller uses it too. */
export async function openBans(
  paths: PrivdPaths,
  controlPlane: readonly string[],
): Promise<{ bans: BansCapability; files: ChangedFiles; fail2ban: Fail2banReader }> {
  const files = await ChangedFiles.open(join(paths.state, 'changed-files.json'));
  const gid = await stat(paths.guard)
    .then((one) => one.gid)
    .catch(() => undefined);
  const guardState = {
    path: join(paths.guard, 'current.nft'),
    ...(gid === undefined || process.getuid?.() !== 0 ? {} : { gid }),
  };
  const exec = execFile;
  const tools = installedTools;
  const eventProgram = join(paths.libexec, 'muster-f2b-event');
  const fail2ban = new Fail2banReader(() => readFail2ban(exec, join(paths.libexec, 'muster-f2b-read'), new Date()));
  const bans = await BansCapability.open({
    desiredPath: join(paths.state, 'bans.json'),
    table: new BanTable({ exec, tools, now: Date.now, guardState }),
    guard: new TableGuard({
      exec,
      tools,
      files,
      unitFolder: paths.units,
      restoreProgram: join(paths.libexec, 'muster-restore'),
    }),
    fail2ban: new Fail2banEnforcer({
      exec,
      tools,
      files,
      folder: paths.fail2ban,
      scratchFolder: paths.scratch,
      eventProgram,
      remembered: new InForce({
        path: join(paths.state, 'fail2ban-in-force.json'),
        folder: paths.fail2ban,
        socket: FAIL2BAN_SOCKET,
        agent: `${AGENT_VERSION} ${eventProgram}`,
      }),
      view: () => fail2ban.fresh(),
      recentView: () => fail2ban.recent(),
    }),
    neverBlocked: () => gatherNeverBlocked({ exec, tools, readText: (path) => readFile(path, 'utf8'), controlPlane }),
    forgetGuardState: () => rm(guardState.path, { force: true }),
    now: Date.now,
  });
  return { bans, files, fail2ban };
}

function openReleases(paths: PrivdPaths, store: HostStore, want: (file: WantedFile) => void): ReleasesCapability {
  return new ReleasesCapability({
    exec: execFile,
    tools: installedTools,
    files: new UpdateFiles(join(paths.state, 'update')),
    root: paths.agent,
    downloads: paths.downloads,
    switchProgram: join(paths.libexec, 'muster-switch'),
    running: AGENT_VERSION,
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    keyset: () => store.keyset,
    now: () => new Date(),
    want,
    startSwitch: async () => {
      const systemctl = installedTools('systemctl');
      if (systemctl === undefined) return 'systemd is not on this machine';
      const { code, stderr } = await execFile(systemctl, ['start', '--no-block', 'muster-update.service']);
      return code === 0 ? undefined : stderr.trim();
    },
  });
}

export interface RunningPrivd {
  /** Resolves when it ended by itself or was closed. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export async function startPrivd({ paths, listen, idleSeconds, log }: PrivdOptions): Promise<RunningPrivd> {
  await mkdir(paths.scratch, { recursive: true, mode: 0o700 });
  const store = await HostStore.open(paths.state);
  const journal = await Journal.open(join(paths.state, 'journal'));
  const { bans, fail2ban } = await openBans(paths, store.server.controlPlaneAddresses);
  const releases = openReleases(paths, store, (file) => socket.push({ t: 'wanted', ...file }));
  const posture = new PostureCapability(
    (scan) => socket.push({ t: 'scan', ...scan }),
    () => performance.now(),
  );
  const tasks = [...bans.tasks(), ...releases.tasks(), ...posture.tasks()];
  const capabilities: CapabilityRegistry = {
    find: (name) => tasks.find((task) => task.definition.name === name),
    isManaged: (capability) => capability === 'bans' && bans.managed,
  };
  const policy = async () => {
    const read = await readHostPolicy(paths.policy);
    if (read.problem !== null) log(read.problem);
    return read;
  };

  let lastTaskAt = 0;
  const runner = new TaskRunner({
    server: store.server.server,
    hostKey: store.hostKey,
    journal,
    capabilities,
    keyset: () => store.keyset,
    policy,
    clock: systemClock,
    onStarted: (task) => socket.push({ t: 'started', task }),
    onReceipt: (task, receipt) => {
      lastTaskAt = Date.now();
      socket.push({ t: 'receipt', task, receipt });
    },
  });

  const memory = new PostureMemory(paths.state);
  const openProbing = async (): Promise<PrivilegedProbing> =>
    (await import('./capabilities/posture/privileged-probing.ts')).privilegedProbing(memory, {
      passed: new InForce({
        path: join(paths.state, 'fail2ban-tested.json'),
        folder: paths.fail2ban,
        socket: FAIL2BAN_SOCKET,
        agent: AGENT_VERSION,
      }),
      now: Date.now,
    });
  let opened: Promise<PrivilegedProbing> | undefined;
  const probing = (): Promise<PrivilegedProbing> => (opened ??= openProbing());
  const socket: PrivdSocket = new PrivdSocket({
    hello: async () => {
      const rules = await policy();
      const barred = rules.forbids('bans') ? `${paths.policy} on this host forbids it` : rules.problem;
      return {
        server: store.server.server,
        hostKey: store.hostKey.publicKey,
        keysetSerial: store.keyset?.serial ?? 0,
        seen: { guard: journal.seen('guard'), change: journal.seen('change'), job: journal.seen('job') },
        openTasks: journal.unacknowledged().map((one) => one.task),
        managed: bans.managed ? (['inventory', 'bans'] as const).slice() : ['inventory'],
        barred: [{ capability: 'bans', barred }],
      };
    },
    task: async ({ envelope }) => {
      const answer = await runner.submit(envelope);
      if (answer.state === 'refused') log('task refused', { code: answer.code, reason: answer.reason });
      return answer;
    },
    cancel: ({ envelope }) => runner.cancel(envelope),
    keyset: async ({ keyset }) => {
      const accepted = await store.accept(keyset);
      if (isRefusal(accepted)) throw new RefusedRequest(accepted.code, accepted.reason);
      return { serial: accepted.serial };
    },
    receipts: () => Promise.resolve({ receipts: journal.unacknowledged() }),
    acknowledge: async ({ task }) => {
      await journal.acknowledged(task);
      return {};
    },
    journal: ({ from }) => Promise.resolve(journalPage(journal.entries(), from)),
    held: async () => {
      const { held, repair } = await bans.report();
      return { held, repair: repair ?? null, nextExpiry: bans.nextExpiry };
    },
    ports: async () => {
      const ss = installedTools('ss');
      if (ss === undefined)
        throw new RefusedRequest('missing-program', 'ss is not installed (Debian package iproute2)');
      const { code, stdout, stderr } = await execFile(ss, ['-H', '-lntupe']);
      if (code !== 0) throw new RefusedRequest('broken', `ss answered ${code}: ${stderr.trim()}`);
      return { ports: parseListeningPorts(stdout).slice(0, 1024) };
    },
    jails: async () => ({ facts: (await fail2ban.fresh()).facts }),
    sites: async () => {
      const rules = await policy();
      if (rules.forbids('sites')) throw new RefusedRequest('forbidden', `${paths.policy} on this host forbids it`);
      const [{ collectSites }, { hostFiles }] = await Promise.all([
        import('./capabilities/sites/collect.ts'),
        import('./capabilities/sites/config-files.ts'),
      ]);
      return collectSites({ files: hostFiles(), exec: execFile, exists: existsSync });
    },
    endorse: async ({ statement }) => {
      if (statement.server !== store.server.server) {
        throw new RefusedRequest('wrong-server', 'That is a key of another server');
      }
      return store.endorse(statement);
    },
    healthy: async () => {
      await releases.healthy();
      return {};
    },
    unavailable: ({ why }) => {
      releases.unavailable(why);
      return Promise.resolve({});
    },
    probe: async ({ probe }) => {
      if ((await policy()).forbids('posture')) {
        throw new RefusedRequest('forbidden', `${paths.policy} on this host forbids posture`);
      }
      const report = await (await probing()).run(probe);
      if (report === undefined) throw new RefusedRequest('unknown-probe', `This helper knows no probe ${probe}`);
      return { report };
    },
    scanned: ({ scan, read, failed, tookMs }) => {
      posture.scanned(scan, { read, failed, tookMs });
      return Promise.resolve({});
    },
    watch: async () => ({ places: (await policy()).forbids('posture') ? 0 : await (await probing()).watch() }),
    history: async ({ after, limit }) => {
      const { FAIL2BAN_DATABASE, readHistory } = await import('./capabilities/bans/fail2ban/history.ts');
      return { lines: readHistory(FAIL2BAN_DATABASE, after, limit) };
    },
  });

  const keepUp = (tableOnly: boolean): Promise<void> =>
    bans.upkeep(tableOnly).catch((error: unknown) => log('upkeep failed', { error: String(error) }));
  // What ended while nobody was looking, and what was lost: first thing after a start. fail2ban takes many times as long and is
  // looked at after whatever this start is for, unless a task that was cut off is about to say what holds of it.
  await keepUp(journal.unfinished().length === 0);
  runner.resume();
  if ('path' in listen) {
    await rm(listen.path, { force: true }).catch((error: unknown) => {
      if (!isAbsent(error)) throw error;
    });
  }
  await socket.listen(listen);
  if ('path' in listen) await chmod(listen.path, 0o660);
  log('privd listens', { server: store.server.server, unfinished: journal.unfinished().length });

  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      clearTimeout(whole);
      clearInterval(upkeep);
      clearInterval(idle);
      await socket.close();
      await runner.settled();
      await memory.close();
      await journal.close();
      end();
    })();
    return closing;
  };
  const upkeep = setInterval(
    () => {
      const due = bans.nextExpiry;
      if (due === null || due > Date.now()) return;
      void keepUp(false);
    },
    Math.min(UPKEEP_MS, 5000),
  );
  const whole = setTimeout(() => void keepUp(false), WHOLE_UPKEEP_MS);
  const idle = setInterval(
    () => {
      if (idleSeconds === 0 || runner.busy || !socket.idle) return;
      const [sinceUse, sinceTask] = [Date.now() - socket.lastUsedAt, Date.now() - lastTaskAt];
      if (sinceUse > idleSeconds * 1000 && sinceTask > LONGER_AFTER_TASK * idleSeconds * 1000) void close();
    },
    Math.max(250, Math.min(5000, idleSeconds * 250)),
  );
  return { ended, close };
}
