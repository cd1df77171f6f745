// What every page behind the sign-in loads first; and which frame a person works in.
import { error, redirect } from '@sveltejs/kit';
import type { Me } from '@muster/contracts/access';
import { GetFleet } from '@muster/contracts/fleet';
import { Problem } from '#lib/platform/api.ts';
import { session } from '#lib/platform/session.svelte.ts';

/** Sends whoever is not signed in to the sign-in and back, and a fresh Muster to its owner’s set-up. */
export async function needSession({ url }: { url: URL }): Promise<void> {
  if (session.me !== null) return;
  try {
    await session.load();
  } catch (problem) {
    error(503, problem instanceof Problem ? problem.message : 'The session could not be read');
  }
  if (session.me !== null) return;
  if (session.setupNeeded) redirect(307, '/setup');
  const wanted = url.pathname + url.search;
  redirect(307, wanted === '/' ? '/signin' : `/signin?next=${encodeURIComponent(wanted)}`);
}

/** The client whose page is this person’s only one; null for operators. */
export function homeClient(me: Me | null): string | null {
  if (me === null || me.permissions.includes(GetFleet.permission.name)) return null;
  const scope = me.grants.find((grant) => grant.scope.kind === 'client')?.scope;
  return scope?.kind === 'client' ? scope.clientId : null;
}
