// For what is attested or decided about oneself: a password alone is not enough.
import { Refusal } from '../errors/refusal.ts';
import type { Principal } from './principal.ts';

export function requireSecondFactor({ factor }: Pick<Principal, 'factor'>, what: string): void {
  if (factor === 'totp' || factor === 'passkey') return;
  const sentence = `${what} with a second factor: a passkey or a code. Set one up, and prove it`;
  throw new Refusal('forbidden', 'needs-second-factor', sentence);
}
