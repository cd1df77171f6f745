// Nobody sees an operator page without a session; a fresh Muster goes to the owner's set-up.
import { error, redirect } from '@sveltejs/kit';
import { Problem } from '#lib/platform/api.ts';
import { session } from '#lib/platform/session.svelte.ts';

export async function load({ url }: { url: URL }) {
  if (session.me !== null) return;
  try {
    await session.load();
  } catch (problem) {
    error(503, problem instanceof Problem ? problem.message : 'The session could not be read');
  }
  if (session.me === null) {
    if (session.setupNeeded) redirect(307, '/setup');
    const wanted = url.pathname + url.search;
    redirect(307, wanted === '/' ? '/signin' : `/signin?next=${encodeURIComponent(wanted)}`);
  }
}
