// Who is signed in already, or has no owner yet, has nothing to do here.
import { redirect } from '@sveltejs/kit';
import { session } from '#lib/platform/session.svelte.ts';
import { localPath } from '#lib/domains/access/local-path.ts';

export async function load({ url }: { url: URL }) {
  const me = session.me ?? (await session.load().catch(() => null));
  if (me !== null) redirect(307, localPath(url.searchParams.get('next')));
  if (session.setupNeeded) redirect(307, '/setup');
  return {};
}
