// Nobody sees an operator page without a session; a fresh Muster goes to the owner's set-up.
import { error, redirect } from '@sveltejs/kit';
import type { Me } from '@muster/contracts/access';
import { GetFleet } from '@muster/contracts/fleet';
import { Problem } from '#lib/platform/api.ts';
import { session } from '#lib/platform/session.svelte.ts';

export async function load({ url }: { url: URL }) {
  if (session.me !== null) return toOwnPage(session.me, url);
  try {
    await session.load();
  } catch (problem) {
    error(503, problem instanceof Problem ? problem.message : 'The session could not be read');
  }
  if (session.me === null) {
    if (session.setupNeeded) redirect(307, '/setup');
    const wanted = url.pathname + url.search;
    redirect(307, wanted === '/' ? '/signin' : `/signin?next=${encodeURIComponent(wanted)}`);
  } else toOwnPage(session.me, url);
}

/** A client’s own people have one page, and it is not the fleet’s. */
function toOwnPage(me: Me, url: URL): void {
  if (url.pathname !== '/' || me.permissions.includes(GetFleet.permission.name)) return;
  const client = me.grants.find(({ scope }) => scope.kind === 'client')?.scope;
  if (client?.kind === 'client') redirect(307, `/c/${client.clientId}`);
}
