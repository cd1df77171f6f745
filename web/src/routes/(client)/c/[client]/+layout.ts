// A client’s page needs a session; whose it is decides the control plane.
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
  if (session.me === null) redirect(307, `/signin?next=${encodeURIComponent(url.pathname + url.search)}`);
}
