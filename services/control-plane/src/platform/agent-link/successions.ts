// Whether keys that an agent shows really follow the one that its server has.
import type { KeySuccession } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { verifyFor } from '@muster/kernel/signing';
import type { KnownAgent } from './link-server.ts';

/**
 * The part of a chain that leads from the server's present key to a newer one; null when it does not, or somebody has not
 * signed. With a host key no request is needed, since the request may be younger than the backup that was restored; where
 * there is none, whoever copied the identity key could sign as well, so only what an operator asked for counts.
 */
export function successionsFrom(
  server: Pick<KnownAgent, 'serverId' | 'agentKey' | 'hostKey' | 'rotation'>,
  shown: readonly KeySuccession[],
): KeySuccession[] | null {
  const from = shown.findIndex(({ statement }) => statement.oldKey === server.agentKey);
  if (from < 0) return null;
  const chain = shown.slice(from);
  let key = server.agentKey;
  for (const { statement, signatures } of chain) {
    const bytes = canonicalBytes(statement);
    const vouched =
      server.hostKey === null
        ? statement.rotation === server.rotation
        : signatures.host !== null && verifyFor('muster/succession/v1', server.hostKey, bytes, signatures.host);
    const holds =
      vouched &&
      statement.server === server.serverId &&
      statement.oldKey === key &&
      statement.newKey !== key &&
      verifyFor('muster/succession/v1', statement.oldKey, bytes, signatures.old) &&
      verifyFor('muster/succession/v1', statement.newKey, bytes, signatures.new);
    if (!holds) return null;
    key = statement.newKey;
  }
  return chain;
}
