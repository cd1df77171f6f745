// Who is signed in. Loaded once by the first layout; pages ask `may()` before they offer what would be refused.
import { sessionAnswer, type Me } from '@muster/contracts/access';
import type { z } from 'zod';
import { Problem, read, useCsrfToken } from './api.ts';
import { clock } from './clock.svelte.ts';

/** Nobody signed in is an answer here, whichever status carries it. */
async function readSession(): Promise<z.output<typeof sessionAnswer>> {
  try {
    return await read('/api/session', sessionAnswer, undefined, false);
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.status !== 401) throw problem;
    return { me: null, setupNeeded: false, version: '' };
  }
}

class Session {
  me = $state.raw<Me | null>(null);
  setupNeeded = $state(false);
  version = $state('');

  async load(): Promise<Me | null> {
    const answer = await readSession();
    this.setupNeeded = answer.setupNeeded;
    this.version = answer.version;
    this.take(answer.me);
    return answer.me;
  }

  take(me: Me | null): void {
    this.me = me;
    useCsrfToken(me?.csrf ?? '');
    if (me !== null) clock.zone = me.timeZone;
  }

  may(permission: { readonly name: string }): boolean {
    return this.me?.permissions.includes(permission.name) ?? false;
  }
}

export const session = new Session();
