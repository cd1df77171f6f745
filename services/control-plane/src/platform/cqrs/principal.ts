// Who asks. Every command and query carries one; there is no ambient user.
import type { EventMeta } from '@muster/contracts/ledger';
import { newId } from '@muster/kernel/ids';

/** A grant as it counts at this moment. */
export interface HeldGrant {
  readonly grantId: string;
  /** A built-in role's word, or an own role's id. */
  readonly role: string;
  /** scopeKey of the contracts: `fleet`, `group:<id>`, … */
  readonly scope: string;
  readonly permissions: ReadonlySet<string>;
  readonly until: Date | null;
}

export interface Principal {
  readonly kind: EventMeta['actorKind'];
  /** Pseudonymous id: a person's id, a policy's name, `server:<id>`. */
  readonly actor: string;
  readonly tenantId: string;
  /** Of all grants together: what may be offered somewhere. What counts where is the grants' to say. */
  readonly permissions: ReadonlySet<string>;
  /** In force; absent means none. */
  readonly grants?: readonly HeldGrant[];
  readonly role?: string;
  readonly sessionId?: string;
  /** The API token by which it acts in the actor's name. */
  readonly tokenId?: string;
  readonly factor?: NonNullable<EventMeta['factor']>;
  readonly factorAt?: string;
  /** Source address as text; sealed before it is stored. */
  readonly source?: string;
}

export interface RequestContext {
  readonly principal: Principal;
  readonly correlationId: string;
  /** The caller's idempotency key; a repeat with the same body is the same action. */
  readonly commandId: string;
  readonly causationId?: string;
  readonly ticket?: string;
  /** The grant that allowed it, once the bus has decided. */
  readonly grant?: string;
  /** Span of the page or program that asked, for traces. */
  readonly askedFrom?: string;
}

export function newContext(
  principal: Principal,
  more: Partial<Omit<RequestContext, 'principal'>> = {},
): RequestContext {
  return { principal, correlationId: more.correlationId ?? newId(), commandId: more.commandId ?? newId(), ...more };
}

/** One of Muster's own programs, with the permissions that its duty needs. */
export function grantedByDesign(
  name: string,
  permissions: readonly string[],
): Pick<Principal, 'permissions' | 'grants'> {
  const held = new Set(permissions);
  return { permissions: held, grants: [{ grantId: name, role: name, scope: 'fleet', permissions: held, until: null }] };
}
