// Simulated agents of a test: enrolled like real ones, confirmed and entrusted with bans by the operator.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfirmFingerprint, GetServer, SetCapability } from '@muster/contracts/servers';
import { tokenFileFor } from '@muster/deploy/local/enrolment-token';
import { identityIn, type SimulatedIdentity } from '../fleet/identity.ts';
import type { ApiClient } from './api-client.ts';
import type { Installation } from './installation.ts';

/** An identity whose agent does not run yet. */
export async function enrolSimulated(
  installation: Installation,
  folder: string,
  name: string,
  url = installation.gatewayUrls[0] ?? installation.apiUrl,
): Promise<SimulatedIdentity> {
  const state = join(folder, name);
  await tokenFileFor(installation.api, { state, name, simulated: true });
  return await identityIn(state, name, url);
}

/** Confirms the fingerprint and hands bans over; the agent must run by then. */
export async function entrust(client: ApiClient, serverId: string, withinMs = 20_000): Promise<void> {
  const until = Date.now() + withinMs;
  for (;;) {
    const server = await client.call(GetServer, { serverId }).catch(() => undefined);
    if (server !== undefined) {
      await client.call(ConfirmFingerprint, { serverId, fingerprint: server.fingerprint });
      await client.call(SetCapability, { serverId, capability: 'bans', mode: 'managed' });
      return;
    }
    if (Date.now() > until) throw new Error(`Server ${serverId} was not shown within ${withinMs / 1000} s.`);
    await sleep(100);
  }
}
