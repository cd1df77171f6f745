// On whose behalf a block or an entry of the never-blocked list may be made or ended. What a client has is known to another domain, which stands on this one: so
// the question is asked here and answered there.
import type { ConcernedClient } from '@muster/contracts/bans';
import { notFound, Refusal } from '../../platform/errors/refusal.ts';
import type { ServerDirectory } from '../servers/index.ts';

export interface BlockedPlace {
  readonly tenantId: string;
  readonly range: string;
  /** Servers that the target holds. */
  readonly servers: readonly string[];
  /** How the target is called. */
  readonly targetName: string;
}

export interface ConcernedClients {
  /** Of those that the asker may see: own addresses first, then by name, not more than `limit`. */
  at(place: BlockedPlace, limit: number): Promise<readonly ConcernedClient[]>;
  /** null: the asker sees no such client. */
  one(clientId: string, place: BlockedPlace): Promise<{ readonly name: string; readonly concerned: boolean } | null>;
}

/** A client's record must not say that something was done for it where it has nothing. */
export async function refuseUnconcerned(
  clients: ConcernedClients,
  onBehalfOf: string | undefined,
  place: BlockedPlace,
): Promise<void> {
  if (onBehalfOf === undefined) return;
  const found = await clients.one(onBehalfOf, place);
  if (!found) throw notFound('client');
  if (found.concerned) return;
  throw new Refusal(
    'conflict',
    'not-concerned',
    `${found.name} has no site and no server on ${place.targetName}, and ${place.range} is not its own`,
  );
}

/** For what reaches every server, as an entry of the never-blocked list does. */
export async function refuseUnconcernedOnFleet(
  clients: ConcernedClients,
  directory: ServerDirectory,
  onBehalfOf: string | undefined,
  { tenantId, range }: Pick<BlockedPlace, 'tenantId' | 'range'>,
): Promise<void> {
  if (onBehalfOf === undefined) return;
  const servers = (await directory.ids(tenantId, { kind: 'fleet' })) ?? [];
  await refuseUnconcerned(clients, onBehalfOf, { tenantId, range, servers, targetName: 'the fleet' });
}
