// Who asks. Every command and query carries one; there is no ambient user.
import type { EventMeta } from '@muster/contracts/ledger';
import { newId } from '@muster/kernel/ids';

export interface Principal {
  readonly kind: EventMeta['actorKind'];
  /** Pseudonymous id: a person's id, a policy's name, `server:<id>`. */
  readonly actor: string;
  readonly tenantId: string;
  readonly permissions: ReadonlySet<string>;
  readonly role?: string;
  readonly sessionId?: string;
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
}

export function newContext(
  principal: Principal,
  more: Partial<Omit<RequestContext, 'principal'>> = {},
): RequestContext {
  return { principal, correlationId: more.correlationId ?? newId(), commandId: more.commandId ?? newId(), ...more };
}
