import { redirect } from '@sveltejs/kit';
import { homeClient, needSession } from '#lib/domains/access/need-session.ts';
import { session } from '#lib/platform/session.svelte.ts';

export async function load({ url }: { url: URL }) {
  await needSession({ url });
  // A client’s own people have one page, and it is not the fleet’s.
  const client = homeClient(session.me);
  if (url.pathname === '/' && client !== null) redirect(307, `/c/${client}`);
}
