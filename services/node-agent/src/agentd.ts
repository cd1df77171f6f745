// agentd: talks to the network and holds no rights. Carries signed tasks to the root helper and receipts back, reports
// what the host says, and witnesses the ledger. With `observeOnly` there is no helper: it reads what its user may read
// and changes nothing.
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import type { HeldState, JailFacts, TableRepair } from '@muster/contracts/bans';
import type { CapabilityName } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { systemClock } from '@muster/kernel/clock';
import { sha256Hex } from '@muster/kernel/hashing';
import { timetable } from '@muster/posture/timetable';
import { AfterBurst } from './agentd/after-burst.ts';
import { AgentStore } from './agentd/agent-store.ts';
import { BanWatch } from './agentd/ban-watch.ts';
import { Downloads } from './agentd/downloads.ts';
import { finish } from './agentd/ending.ts';
import { bootId, machineHash } from './agentd/machine.ts';
import { PrivdClient } from './agentd/privd-client.ts';
import { PostureWatch } from './agentd/posture-watch.ts';
import { newRepairs } from './agentd/repair-watch.ts';
import { StateWatch } from './agentd/state-watch.ts';
import { StirWatch } from './agentd/stir-watch.ts';
import { Together } from './agentd/together.ts';
import { FAIL2BAN_DATABASE, readHistory } from './capabilities/bans/fail2ban/history.ts';
import { readFail2ban } from './capabilities/bans/fail2ban/jails.ts';
import { InventoryCollector, hostSources } from './capabilities/inventory/collect.ts';
import type { ListeningPort } from './capabilities/inventory/ports.ts';
import { collectSites } from './capabilities/sites/collect.ts';
import { hostFiles } from './capabilities/sites/config-files.ts';
import { partsOf } from './capabilities/sites/parts.ts';
import { postureHost } from './capabilities/posture/posture-host.ts';
import { PostureMemory } from './capabilities/posture/posture-memory.ts';
import { ProbeRunner } from './capabilities/posture/probe-runner.ts';
import { execFile } from './host/exec.ts';
import { Growth } from './host/growth.ts';
import { installedTools } from './host/tools.ts';
import { fingerprintOfKeys } from './trust/fingerprint.ts';
import { DiskSpool } from './link/disk-spool.ts';
import { IdentityKeys } from './link/identity-keys.ts';
import { Link } from './link/link.ts';
import type { LinkSettings } from './link/options.ts';
import { redactDeep } from './link/redaction.ts';
import { observer } from './link/task-handler.ts';
import { webSocketTransport } from './link/transport.ts';
import { Witness } from './link/witness.ts';
import { AGENT_VERSION } from './version.ts';

export interface AgentdOptions {
  readonly state: string;
  readonly observeOnly: boolean;
  readonly privdSocket: string;
  /** Folder for sockets of ours, `/run/muster-agent`. */
  readonly run: string;
  readonly guard: string;
  readonly libexec: string;
  readonly fail2banLog: string;
  readonly inventorySeconds: number;
  readonly heldSeconds: number;
  readonly sitesSeconds: number;
  /** No probe of the posture rests longer than this. */
  readonly postureSeconds: number;
  readonly log: (message: string, fields?: Record<string, unknown>) => void;
}

const REPAIR_POLL_MS = 1000;
const HISTORY_BATCH = 500;
/** Who is banned is asked for often while somebody waits to be let in; a process per ban would be too much. */
const JAILS_AFTER_BAN_MS = 3000;
const HELD_AFTER_OUTCOME_MS = 500;
const HEALTHY_AGAIN_MS = 2000;
/** Homes and folders of uploads come and go; before every look they are taken up anew as well. */
const WATCH_AGAIN_MS = 600_000;

export interface RunningAgentd {
  /** Resolves, with a sentence, when its state folder is gone: there is nothing left that it could go on with. */
  readonly lost: Promise<string>;
  /** Begins nothing new, and waits for what is being written, within a bound. Never rejects. */
  close(): Promise<void>;
}

export async function startAgentd(options: AgentdOptions): Promise<RunningAgentd> {
  const { log } = options;
  const store = await AgentStore.open(options.state);
  const observeOnly = options.observeOnly || store.enrolment.observeOnly;
  const privd = observeOnly ? undefined : new PrivdClient(options.privdSocket);
  const spool = await DiskSpool.open(join(options.state, 'spool'));
  const failed = (what: string) => (error: unknown) =>
    log(`${what} failed`, { error: error instanceof Error ? error.message : String(error) });

  let ports: Promise<ListeningPort[] | undefined> | undefined;
  const askPorts = async (): Promise<ListeningPort[] | undefined> =>
    privd
      ?.ask('ports', {})
      .then((answer) => answer.ports)
      .catch(() => undefined);
  const inventory = new InventoryCollector({
    ...hostSources(execFile, installedTools),
    ...(privd === undefined
      ? {}
      : {
          // The inventory comes every minute; the helper is asked with the rest, or it would never end.
          privilegedPorts: () => (ports ??= askPorts()),
        }),
  });
  const reportInventory = async (): Promise<void> => {
    await spool.push(2, { kind: 'inventory', items: [redactDeep(await inventory.collect())] });
  };

  const readJails = async (): Promise<JailFacts> => {
    if (privd !== undefined) return (await privd.ask('jails', {})).facts;
    return (await readFail2ban(execFile, join(options.libexec, 'muster-f2b-read'), new Date())).facts;
  };
  const bans = new BanWatch({
    spool,
    logPath: options.fail2banLog,
    jails: readJails,
    changed: () => jailsSoon.soon(),
    log,
    ...(observeOnly ? {} : { socketPath: join(options.run, 'f2b.sock') }),
  });
  const reportJails = async (): Promise<void> => {
    const facts = await readJails();
    bans.settle(facts);
    await spool.push(1, { kind: 'jails', items: [redactDeep(facts)] });
  };

  const jailsSoon = new AfterBurst(JAILS_AFTER_BAN_MS, () => reportJails().catch(failed('reading fail2ban')));

  let lastSites = '';
  const reportSites = async (): Promise<void> => {
    const collected =
      privd === undefined
        ? await collectSites({ files: hostFiles(), exec: execFile, exists: existsSync })
        : await privd.ask('sites', {});
    const said = sha256Hex(canonicalBytes(collected));
    if (said === lastSites) return;
    for (const part of partsOf(collected, new Date())) {
      await spool.push(2, { kind: 'sites', items: [redactDeep(part)] });
    }
    lastSites = said;
  };

  let lastHeld = '';
  let expiry: NodeJS.Timeout | undefined;
  const reportHeld = async (always: boolean): Promise<void> => {
    if (privd === undefined) return;
    const { held, repair, nextExpiry } = await privd.ask('held', {});
    if (repair !== null) await reportRepairs([repair]);
    const said = fingerprint(held);
    if (always || said !== lastHeld) await spool.push(1, { kind: 'held', items: [held] });
    lastHeld = said;
    clearTimeout(expiry);
    if (nextExpiry !== null) {
      const wait = Math.min(Math.max(nextExpiry - Date.now() + 500, 500), options.heldSeconds * 1000);
      expiry = setTimeout(() => void reportHeld(false).catch(failed('reading the ban table')), wait);
    }
  };
  const reportRepairs = async (repairs: TableRepair[]): Promise<void> => {
    for (let from = 0; from < repairs.length; from += 100) {
      await spool.push(0, { kind: 'repair', items: repairs.slice(from, from + 100) });
    }
  };
  const lookForRepairs = async (): Promise<boolean> => {
    const repairs = await newRepairs(options.guard, store.cursors);
    if (repairs.length === 0) return false;
    await reportRepairs(repairs);
    await store.saveCursors();
    await reportHeld(true);
    return true;
  };
  const records = new Growth({
    path: join(options.guard, 'records'),
    busyMs: REPAIR_POLL_MS,
    look: () =>
      lookForRepairs().catch((error: unknown) => {
        failed('reading repairs')(error);
        return true;
      }),
  });

  const tellHistory = async (): Promise<void> => {
    for (;;) {
      const after = store.cursors.history;
      const lines =
        privd === undefined
          ? readHistory(FAIL2BAN_DATABASE, after, HISTORY_BATCH)
          : (await privd.ask('history', { after, limit: HISTORY_BATCH })).lines;
      const last = lines.at(-1);
      if (last === undefined) return;
      await bans.tellHistory(lines);
      // A second can hold more bans than a batch: the last one is read again, its ids are the same.
      const upTo = Math.floor(Date.parse(last.at) / 1000);
      store.cursors.history = lines.length < HISTORY_BATCH || upTo - 1 <= after ? upTo : upTo - 1;
      await store.saveCursors();
      if (lines.length < HISTORY_BATCH) return;
    }
  };

  const reportBarred = async (): Promise<void> => {
    const items: { capability: CapabilityName; barred: string | null }[] =
      privd === undefined
        ? [{ capability: 'bans', barred: 'This agent only observes: it runs without the root helper' }]
        : (await privd.ask('hello', {})).barred;
    await spool.push(1, { kind: 'capabilities', items });
  };
  // A new version is kept only when its own helper hears that it reached the control plane.
  const sayHealthy = (): void => {
    privd?.ask('healthy', {}).catch(() => setTimeout(sayHealthy, HEALTHY_AGAIN_MS).unref());
  };
  const onReady = (settings: LinkSettings): void => {
    sayHealthy();
    log('connected', { managed: settings.managed.join(','), confirmed: settings.confirmed });
    reportBarred().catch(failed('reading the host policy'));
    reportHeld(true).catch(failed('reading the ban table'));
  };

  const memory = new PostureMemory(options.state);
  const together = new Together(() => performance.now());
  // Loaded when the first of them is run, and only those that we run ourselves.
  const openOwn = async (): Promise<ProbeRunner> => {
    const ours =
      privd === undefined
        ? (await import('@muster/posture/probes')).probes
        : (await import('@muster/posture/network-probes')).networkProbes;
    return new ProbeRunner(ours, postureHost(execFile, memory));
  };
  let own: Promise<ProbeRunner> | undefined;
  const posture = new PostureWatch({
    server: store.enrolment.server,
    spool,
    run: async (probe) =>
      privd === undefined || asksNetwork(probe)
        ? (await (own ??= openOwn())).run(probe)
        : (await privd.ask('probe', { probe })).report,
    mostSeconds: options.postureSeconds,
    awake: () => together.awake(),
    now: () => performance.now(),
    log,
  });

  const stirred = new StirWatch({
    folder: options.run,
    watch: privd === undefined ? undefined : async () => (await privd.ask('watch', {})).places,
    stirred: () => posture.stir(),
    log,
  });

  const tasks = privd ?? observer(() => log('a task came; this agent only observes'));
  // A burst of blocks is reported once: reading the table back must not stand in the way of the next block.
  const heldSoon = new AfterBurst(HELD_AFTER_OUTCOME_MS, () => reportHeld(true).catch(failed('reading the ban table')));
  if (privd !== undefined) {
    const downloads = new Downloads(store.enrolment.controlPlane, join(options.state, 'downloads'));
    privd.onWanted = (file) => {
      downloads.fetch(file).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        log('a release could not be downloaded', { name: file.name, why });
        privd.ask('unavailable', { why: why.slice(0, 300) }).catch(failed('telling the root helper'));
      });
    };
    let scanning = '';
    privd.onScan = ({ scan, probes: wanted }) => {
      if (scan === scanning) return;
      scanning = scan;
      posture
        .scan(wanted)
        .then((scanned) => privd.ask('scanned', { scan, ...scanned }))
        .catch(failed('answering a scan'));
    };
    privd.onOutcome = () => heldSoon.soon();
  }
  const keys = new IdentityKeys(store.keys, {
    memory: store,
    endorse: (statement) =>
      privd === undefined
        ? Promise.resolve({ signature: null, fingerprint: fingerprintOfKeys([statement.newKey]) })
        : privd.ask('endorse', { statement }),
  });
  const link = new Link({
    identity: {
      server: store.enrolment.server,
      keys,
      rootKey: store.enrolment.rootKey,
      machineHash: await machineHash(),
      bootId: await bootId(),
      agentVersion: AGENT_VERSION,
    },
    transport: webSocketTransport(store.enrolment.controlPlane),
    tasks,
    spool,
    witness: await Witness.open(store.witness, keys, store.enrolment.rootKey),
    keysets: store,
    clock: systemClock,
    load: () => loadavg()[0] ?? 0,
    log,
    onReady,
    onSettings: (settings) => log('settings', { managed: settings.managed.join(','), confirmed: settings.confirmed }),
  });

  await bans.start();
  const state = new StateWatch(options.state);
  link.start();
  posture.start();
  records.start();
  stirred.start();
  log('agentd runs', { server: store.enrolment.server, version: AGENT_VERSION, observeOnly });
  reportInventory().catch(failed('the inventory'));
  reportJails().catch(failed('reading fail2ban'));
  reportSites().catch(failed('reading the sites'));
  tellHistory().catch(failed('reading fail2ban’s history'));
  together.every(options.heldSeconds * 1000, () => {
    ports = askPorts();
    // The helper reads fail2ban for both at once when this comes first.
    reportJails().catch(failed('reading fail2ban'));
    reportHeld(true).catch(failed('reading the ban table'));
  });
  together.every(options.sitesSeconds * 1000, () => void reportSites().catch(failed('reading the sites')));
  together.every(WATCH_AGAIN_MS, () => void stirred.ask());
  const inventoryTimer = setInterval(
    () => void reportInventory().catch(failed('the inventory')),
    options.inventorySeconds * 1000,
  );
  return {
    lost: state.lost,
    close: async () => {
      state.stop();
      clearInterval(inventoryTimer);
      records.stop();
      together.stop();
      clearTimeout(expiry);
      heldSoon.stop();
      jailsSoon.stop();
      stirred.stop();
      posture.stop();
      link.stop();
      privd?.close();
      // The spool last: what was gathered of the ban log goes into it.
      await finish(
        [
          ['the last lines of the ban log', () => bans.stop()],
          ['what probes write down', () => memory.close()],
          ['the spool', () => spool.close()],
        ],
        log,
      );
    },
  };
}

/** The root helper has no network: what asks over it is asked by ourselves. */
const asksNetwork = (name: string): boolean => timetable.some((probe) => probe.name === name && probe.network);

/** What counts as a change of the held state: everything but the time. */
const fingerprint = ({ at: _, ...rest }: HeldState): string => JSON.stringify(rest);
