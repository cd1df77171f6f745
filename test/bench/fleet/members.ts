// Servers in the number a benchmark wants, written into the ledger as their enrolment would have: ten thousand of them by
// the API would take longer than what is measured.
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CapabilitySet, FingerprintConfirmed, ServerEnrolled } from '@muster/contracts/servers';
import { eventOf } from '@muster/control-plane/platform/cqrs/event-of';
import { connect } from '@muster/control-plane/platform/database/database';
import { EventStore, InProcessHintBus, LogTail } from '@muster/control-plane/platform/event-store/index';
import { readTrust } from '@muster/control-plane/platform/keys/key-store';
import { sha256, sha256Hex } from '@muster/kernel/hashing';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { exportSigningKey, generateSigningKey, importSigningKey } from '@muster/kernel/signing';
import { machineHashOf, SIMULATED_VERSION, type KeptIdentity } from '../../fleet/identity.ts';
import type { BenchStage } from './stage.ts';

const DEADLINE_MS = 120_000;
/** Appends that wait at once; the event store makes groups of them. */
const AT_ONCE = 500;

export type Member = KeptIdentity & { name: string };

export interface Membership {
  many: number;
  /** Entrusted with bans, so that blocks become tasks for them. */
  managed: boolean;
}

/** Confirmed servers and the file with their identities. Resolves when read models show them. */
export async function enrolMembers(
  stage: BenchStage,
  { many, managed }: Membership,
): Promise<{ members: Member[]; file: string }> {
  const { signed, rootKey } = readTrust(stage.installation.keys);
  const members = Array.from({ length: many }, (_, index): Member => {
    const [agentKey, hostKey] = [generateSigningKey(), generateSigningKey()];
    const name = `bench-${['web', 'mail', 'db'][index % 3]}-${index + 1}`;
    const keys = { agentKey: exportSigningKey(agentKey), hostKey: exportSigningKey(hostKey) };
    return { name, server: newId(), ...keys, rootKey, keyset: signed };
  });
  const { pool } = connect(stage.databaseUrl('muster_app'), 'bench', 4);
  const hints = new InProcessHintBus();
  const tail = new LogTail(pool, hints);
  const store = new EventStore({ pool, hints, tail });
  for (let from = 0; from < many; from += AT_ONCE) {
    await Promise.all(members.slice(from, from + AT_ONCE).map((member) => enrol(store, member, managed)));
  }
  const until = Date.now() + DEADLINE_MS;
  for (;;) {
    const { rows } = await pool.query<{ many: number }>('select count(*)::int as many from muster.servers_servers');
    if (rows[0]?.many === many) break;
    if (Date.now() > until) throw new Error(`${rows[0]?.many} of ${many} servers are shown.`);
    await sleep(200);
  }
  await tail.stop();
  await pool.end();
  const file = `${stage.folder}/members.json`;
  await writeFile(file, JSON.stringify(members), { mode: 0o600 });
  return { members, file };
}

async function enrol(store: EventStore, member: Member, managed: boolean): Promise<void> {
  const { server, name } = member;
  const fingerprint = sha256Hex(name);
  const keys = [member.agentKey, member.hostKey].map((pem) => importSigningKey(pem).publicKey);
  await store.append({
    commandId: newId(),
    actor: 'bench',
    requestHash: sha256(Buffer.from(server)),
    tenantId: DEFAULT_TENANT,
    streamId: `server-${server}`,
    streamType: 'server',
    expectedVersion: 'new',
    events: [
      eventOf(ServerEnrolled, {
        serverId: server,
        enrolmentId: newId(),
        name,
        hostname: `${name}.example.net`,
        agentKey: keys[0] ?? '',
        hostKey: keys[1] ?? '',
        sealingKey: null,
        fingerprint,
        machineHash: machineHashOf(name),
        agentVersion: SIMULATED_VERSION,
        offers: ['inventory', 'bans'],
        observeOnly: false,
        simulated: true,
      }),
      eventOf(FingerprintConfirmed, { serverId: server, fingerprint }),
      ...(managed ? [eventOf(CapabilitySet, { serverId: server, capability: 'bans', mode: 'managed' })] : []),
    ],
    meta: {
      v: 1,
      actor: 'bench',
      actorKind: 'system',
      software: SIMULATED_VERSION,
      correlation: server,
      tenant: DEFAULT_TENANT,
    },
  });
}
