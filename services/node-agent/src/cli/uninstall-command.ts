// `muster-agent uninstall`: puts back every file, unit, table and jail action, tells the control plane in a last signed
// report when it can be reached, and always prints what was restored and what was left.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Signed } from '@muster/contracts/agent';
import { uninstallReport } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { systemClock } from '@muster/kernel/clock';
import { signFor } from '@muster/kernel/signing';
import { AgentStore } from '../agentd/agent-store.ts';
import { bootId, machineHash } from '../agentd/machine.ts';
import { execFile } from '../host/exec.ts';
import { installedTools } from '../host/tools.ts';
import { DiskSpool } from '../link/disk-spool.ts';
import { IdentityKeys } from '../link/identity-keys.ts';
import { Link } from '../link/link.ts';
import { observer } from '../link/task-handler.ts';
import { webSocketTransport } from '../link/transport.ts';
import { Witness } from '../link/witness.ts';
import { HostStore } from '../privd/host-store.ts';
import { DEFAULT_PATHS } from '../privd/paths.ts';
import { openBans } from '../privd.ts';
import { AGENT_VERSION } from '../version.ts';
import { AGENT_STATE } from './installed.ts';
import { logFor } from './log.ts';
import { UsageError } from './usage.ts';

const UNITS = [
  'muster-agentd.service',
  'muster-privd.socket',
  'muster-privd.timer',
  'muster-privd.service',
  'muster-guard.service',
  'muster-restore.service',
  'muster-update.service',
];
const ROOT = '/opt/muster-agent';
const REPORT_DEADLINE_MS = 10_000;

export async function uninstallCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { quiet: { type: 'boolean', default: false } } });
  if (process.getuid?.() !== 0) throw new UsageError('Uninstalling needs root: sudo muster-agent uninstall');
  const say = (line: string): void => {
    if (!values.quiet) process.stdout.write(`${line}\n`);
  };
  const restored: string[] = [];
  const left: string[] = [];

  await systemctl([
    'stop',
    'muster-agentd.service',
    'muster-privd.socket',
    'muster-privd.timer',
    'muster-privd.service',
  ]);
  const store = await HostStore.open(DEFAULT_PATHS.state).catch(() => undefined);
  const { bans, files } = await openBans(DEFAULT_PATHS, []);
  for (const undone of [await bans.handBack(), await files.undoAll()]) {
    restored.push(...undone.restored);
    left.push(...undone.left);
  }

  await systemctl(['disable', '--now', ...UNITS]);
  await systemctl(['stop', 'muster-watch.path', 'muster-watch.service']);
  for (const unit of UNITS) {
    const path = `/etc/systemd/system/${unit}`;
    if (!existsSync(path)) continue;
    await rm(path);
    restored.push(`${path} (removed)`);
  }
  await systemctl(['daemon-reload']);
  await systemctl(['reset-failed', ...UNITS]);
  const policy = '/etc/muster';
  if (existsSync(join(policy, 'policy.json'))) left.push(`${policy}/policy.json: written by this host’s administrator`);
  else await rm(policy, { recursive: true, force: true });

  // Before the identity goes: it signs the last words.
  const reported = store === undefined ? false : await report(store, { restored, left });

  for (const user of (await readFile(join(ROOT, 'users-we-made'), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)) {
    const { code, stderr } = await execFile('/usr/sbin/userdel', [user]);
    if (code === 0) restored.push(`user ${user} (removed)`);
    else left.push(`user ${user}: ${stderr.trim()}`);
  }
  for (const path of [
    AGENT_STATE,
    DEFAULT_PATHS.state,
    DEFAULT_PATHS.guard,
    '/run/muster-agent',
    DEFAULT_PATHS.scratch,
    '/usr/local/bin/muster-agent',
    ROOT,
  ]) {
    if (!existsSync(path) && path !== '/usr/local/bin/muster-agent') continue;
    await rm(path, { recursive: true, force: true });
    restored.push(`${path} (removed)`);
  }

  say('The Muster agent is removed.');
  for (const line of restored) say(`  restored  ${line}`);
  for (const line of left) say(`  left      ${line}`);
  say(
    reported
      ? 'The control plane has the signed report.'
      : 'The control plane could not be told; retire the server there by hand.',
  );
}

/** Signed with the host key, sent as the last batch over a link of our own. */
async function report(host: HostStore, found: { restored: string[]; left: string[] }): Promise<boolean> {
  try {
    const body = canonicalBytes(
      uninstallReport.parse({
        v: 1,
        server: host.server.server,
        at: new Date().toISOString(),
        restored: found.restored.slice(0, 200).map((line) => line.slice(0, 200)),
        left: found.left.slice(0, 200).map((line) => line.slice(0, 200)),
      }),
    );
    const signed: Signed = {
      body: Buffer.from(body).toString('base64'),
      signature: signFor('muster/report/v1', host.hostKey, body),
      keyId: host.hostKey.keyId,
    };
    await writeFile(
      '/var/log/muster-uninstall.json',
      `${JSON.stringify({ report: JSON.parse(Buffer.from(body).toString()) as unknown, signed }, null, 2)}\n`,
      { mode: 0o600 },
    );
    const store = await AgentStore.open(AGENT_STATE);
    const spool = await DiskSpool.open(join(AGENT_STATE, 'spool'));
    await spool.push(0, { kind: 'uninstalled', items: [signed] });
    const keys = new IdentityKeys(store.keys);
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
      tasks: observer(() => undefined),
      spool,
      witness: await Witness.open(store.witness, keys, store.enrolment.rootKey),
      keysets: store,
      clock: systemClock,
      load: () => loadavg()[0] ?? 0,
      log: logFor('uninstall'),
    });
    link.start();
    const delivered = await link.drained(REPORT_DEADLINE_MS);
    link.stop();
    await spool.close();
    return delivered;
  } catch (error) {
    logFor('uninstall')('the report could not be sent', {
      error: error instanceof Error ? error.message : String(error),
    });
    return false;
  }
}

async function systemctl(args: string[]): Promise<void> {
  const path = installedTools('systemctl');
  if (path !== undefined) await execFile(path, args, { timeoutMs: 60_000 });
}
