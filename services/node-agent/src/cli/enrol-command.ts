// `muster-agent enrol`: makes the keys, shows the token, pins the root key. As root it also sets up the root helper; with
// --observe-only --state DIR it needs no rights at all.
import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exportSigningKey } from '@muster/kernel/signing';
import { AgentStore } from '../agentd/agent-store.ts';
import { machineHash } from '../agentd/machine.ts';
import { enrol } from '../link/enrol.ts';
import { HostStore, ensureSealingKey, ensureSigningKey } from '../privd/host-store.ts';
import { DEFAULT_PATHS } from '../privd/paths.ts';
import { AGENT_VERSION } from '../version.ts';
import { AGENT_STATE, AGENT_USER } from './installed.ts';
import { UsageError } from './usage.ts';

export async function enrolCommand(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      server: { type: 'string' },
      'token-file': { type: 'string' },
      state: { type: 'string', default: AGENT_STATE },
      'privd-state': { type: 'string', default: DEFAULT_PATHS.state },
      'observe-only': { type: 'boolean', default: false },
    },
  });
  const controlPlane = httpAddress(values.server);
  const observeOnly = values['observe-only'];
  if (!observeOnly && process.getuid?.() !== 0)
    throw new UsageError('Enrolling needs root, or --observe-only with --state DIR');

  const existing = await AgentStore.enrolmentIn(values.state);
  if (existing !== undefined) {
    report(
      existing.name,
      existing.server,
      existing.fingerprint,
      `already enrolled at ${existing.controlPlane}; nothing was changed`,
    );
    return;
  }
  const token = await readToken(values['token-file']);
  const owner = observeOnly ? undefined : await userIds(AGENT_USER);
  await folder(values.state, owner);
  const agentKey = await ensureSigningKey(join(values.state, 'identity.pem'), owner);
  if (!observeOnly) await folder(values['privd-state'], undefined);
  const hostKey = observeOnly ? null : await ensureSigningKey(join(values['privd-state'], 'host-key.pem'));
  const sealingKey = observeOnly ? null : await ensureSealingKey(join(values['privd-state'], 'sealing-key.pem'));

  const { answer, rootKey } = await enrol({
    controlPlane,
    token,
    keys: { agentKey, hostKey: hostKey?.publicKey ?? null, sealingKey },
    hostname: hostname(),
    machineHash: await machineHash(),
    agentVersion: AGENT_VERSION,
    offers: ['inventory', 'bans'],
    observeOnly,
    simulated: false,
  });

  // The helper's half first: agentd starts only when its own file is there, and then everything is.
  if (hostKey !== null) {
    await HostStore.create(
      values['privd-state'],
      { v: 1, server: answer.server, rootKey, controlPlane, controlPlaneAddresses: await addressesOf(controlPlane) },
      exportSigningKey(hostKey),
      answer.keyset,
    );
  }
  await AgentStore.create(
    values.state,
    {
      v: 1,
      server: answer.server,
      name: answer.name,
      controlPlane,
      rootKey,
      fingerprint: answer.fingerprint,
      observeOnly,
      enrolledAt: new Date().toISOString(),
    },
    answer.keyset,
    owner,
  );
  report(
    answer.name,
    answer.server,
    answer.fingerprint,
    'enrolled; it observes until an operator confirms this fingerprint',
  );
}

function report(name: string, server: string, fingerprint: string, state: string): void {
  const grouped = fingerprint.match(/.{1,8}/g)?.join(' ') ?? fingerprint;
  process.stdout.write(
    `server       ${name}\nid           ${server}\nstate        ${state}\nfingerprint  ${grouped}\n`,
  );
}

function httpAddress(text: string | undefined): string {
  if (text === undefined)
    throw new UsageError('--server is missing: the address of the control plane, like https://muster.example');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') {
    throw new UsageError(
      `--server: "${text.slice(0, 100)}" is not accepted; give an address like https://muster.example`,
    );
  }
  return url.origin;
}

/** Never from the command line: arguments are visible to every user of the machine. */
async function readToken(path: string | undefined): Promise<string> {
  const text = path === undefined || path === '-' ? await readStandardInput() : await readFile(path, 'utf8');
  const token = text.trim();
  if (token === '')
    throw new UsageError('The enrolment token is empty; give it in --token-file FILE or on standard input');
  return token;
}

async function readStandardInput(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > 4096) throw new UsageError('Standard input is longer than an enrolment token');
  }
  return text;
}

async function folder(path: string, owner: { uid: number; gid: number } | undefined): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function userIds(user: string): Promise<{ uid: number; gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((one) => one.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new Error(`The user ${user} does not exist; the installer creates it`);
  return { uid: Number(uid), gid: Number(gid) };
}

async function addressesOf(controlPlane: string): Promise<string[]> {
  const name = new URL(controlPlane).hostname.replace(/^\[(.*)\]$/, '$1');
  return lookup(name, { all: true })
    .then((found) => found.map((one) => one.address))
    .catch(() => []);
}
