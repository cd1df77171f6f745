// The bus's checks switched off: everything is allowed, and what is seen is what any grant shows. What stays hidden then,
// row-level security alone hides.
import { Authority } from '../../platform/cqrs/authority.ts';
import type { RunningMuster } from './running-muster.ts';

/** Answers with what switches them on again. */
export function withoutBus({ running }: RunningMuster): () => void {
  const authority = running.app.get(Authority);
  const { requirePermission, decide } = authority;
  authority.requirePermission = () => undefined;
  authority.decide = (_definition, _input, principal) =>
    Promise.resolve({
      sight: { scopes: (principal.grants ?? []).map(({ scope }) => scope), actor: principal.actor },
      grant: null,
    });
  return () => Object.assign(authority, { requirePermission, decide });
}
