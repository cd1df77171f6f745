// Enrols a machine as its administrator would: ask for the line, run it on the server with the token on standard input,
// compare fingerprints, confirm, and entrust bans to it.
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfirmFingerprint, GetEnrolment, GetServer, OpenEnrolment, SetCapability } from '@muster/contracts/servers';
import type { ApiClient } from '../support/api-client.ts';
import type { Machine } from './machine.ts';

export interface EnrolledServer {
  serverId: string;
  machine: Machine;
}

const CONNECT_DEADLINE_MS = 60_000;

export async function enrol(api: ApiClient, machine: Machine): Promise<EnrolledServer> {
  const opened = await api.call(OpenEnrolment, { name: machine.name });
  const printed = await machine.sh(opened.installLine, { input: `${opened.token}\n`, deadlineMs: 120_000 });
  const server = await untilConnected(api, opened.enrolmentId, printed);
  if (!printed.includes(server.fingerprint) && !printed.replaceAll(/\s/g, '').includes(server.fingerprint)) {
    throw new Error(
      `${machine.name} did not print the fingerprint ${server.fingerprint} that Muster shows:\n${printed}`,
    );
  }
  await api.call(ConfirmFingerprint, { serverId: server.serverId, fingerprint: server.fingerprint });
  await api.call(SetCapability, { serverId: server.serverId, capability: 'bans', mode: 'managed' });
  await untilManaged(api, server.serverId);
  return { serverId: server.serverId, machine };
}

async function untilConnected(
  api: ApiClient,
  enrolmentId: string,
  printed: string,
): Promise<{ serverId: string; fingerprint: string }> {
  const until = Date.now() + CONNECT_DEADLINE_MS;
  for (;;) {
    const view = await api.call(GetEnrolment, { enrolmentId });
    if (view.state === 'connected' && view.server !== null) return view.server;
    if (Date.now() > until) {
      throw new Error(
        `The agent did not connect within ${CONNECT_DEADLINE_MS / 1000} s (${view.state}). It printed:\n${printed}`,
      );
    }
    await sleep(250);
  }
}

async function untilManaged(api: ApiClient, serverId: string): Promise<void> {
  const until = Date.now() + CONNECT_DEADLINE_MS;
  for (;;) {
    const server = await api.call(GetServer, { serverId });
    const bans = server.capabilities.find((one) => one.capability === 'bans');
    if (bans?.mode === 'managed') return;
    if (Date.now() > until) throw new Error(`Bans on ${server.name} did not become managed: ${JSON.stringify(bans)}`);
    await sleep(250);
  }
}
