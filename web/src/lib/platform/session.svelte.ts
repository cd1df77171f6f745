// Who is signed in. Loaded once by the operator layout; pages ask `may()` before they offer what would be refused.
import { sessionAnswer, type Me } from '@muster/contracts/access';
import { read, useCsrfToken } from './api.ts';
import { clock } from './clock.svelte.ts';

class Session {
  me = $state.raw<Me | null>(null);
  setupNeeded = $state(false);
  version = $state('');

  async load(): Promise<Me | null> {
    const answer = await read('/api/session', sessionAnswer);
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
