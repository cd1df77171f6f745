// Which key a hello was signed with: the one that the server has, one that follows it, or one that it had.
import type { KeySuccession } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { verifyFor } from '@muster/kernel/signing';
import type { Greeting } from './link-registry.ts';
import type { KnownAgent } from './link-server.ts';
import { successionsFrom } from './successions.ts';

export type ProvenKey =
  | { readonly is: 'present' }
  /** The successions lead from the present key to it. */
  | { readonly is: 'next'; readonly successions: readonly KeySuccession[] }
  | { readonly is: 'former'; readonly key: string };

/** So many former keys are tried: each costs a verification, and a stranger can ask for it. */
const FORMER_TRIED = 8;

/** undefined: none of them. */
export function provenKey(known: KnownAgent, greeting: Greeting, serverNonce: string): ProvenKey | undefined {
  const { server, nonce: agentNonce, machineHash, bootId, proof, successions = [] } = greeting;
  const said = canonicalBytes({ server, serverNonce, agentNonce, machineHash, bootId });
  const signedBy = (key: string): boolean => verifyFor('muster/hello/v1', key, said, proof);
  if (signedBy(known.agentKey)) return { is: 'present' };
  const chain = successionsFrom(known, successions);
  if (chain !== null && signedBy(chain.at(-1)?.statement.newKey ?? known.agentKey))
    return { is: 'next', successions: chain };
  const former = known.formerKeys.slice(-FORMER_TRIED).find(signedBy);
  return former === undefined ? undefined : { is: 'former', key: former };
}
