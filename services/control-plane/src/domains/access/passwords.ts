// Passwords: argon2id, and what a password must not be. An unknown account costs the same time as a wrong password.
import type { SignInPolicy } from '@muster/contracts/access';
import { guessableHabit, isAtLeast, passwordStrength } from '@muster/kernel/password-strength';
import { hash, verify } from '@node-rs/argon2';
import { Refusal } from '../../platform/errors/refusal.ts';

/** OWASP's second recommended setting for argon2id: 19 MiB, two passes. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

let decoy: Promise<string> | undefined;

export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** With null (no such account) the same work is done and the answer is false. */
export async function passwordMatches(stored: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('no account has this password');
  const right = await verify(stored ?? (await decoy), password);
  return stored !== null && right;
}

/** Throws Refusal with what is wrong. Length does most; the rest keeps out what every list of guesses begins with. */
export function requireGoodPassword(
  password: string,
  person: { readonly name: string; readonly email: string },
  policy: Pick<SignInPolicy, 'passwordMinLength' | 'passwordStrength'> & { readonly forbiddenWords: readonly string[] },
): void {
  if (password.length < policy.passwordMinLength) throw weak(`take at least ${policy.passwordMinLength} characters`);
  const own = [
    person.name,
    ...person.name.split(/\s+/),
    ...person.email.split(/[@.]/),
    ...policy.forbiddenWords.flatMap((word) => [word, word.replaceAll(/\s+/g, '')]),
  ];
  const habit = guessableHabit(password, own);
  if (habit !== null) throw weak(`leave out ${habit}`);
  const strength = passwordStrength(password, own);
  if (!isAtLeast(strength, policy.passwordStrength)) throw weak('make it longer, or use more different characters');
}

function weak(what: string): Refusal {
  const sentence = `This password is easy to guess: ${what}`;
  return new Refusal('invalid', 'weak-password', sentence, { fields: [{ path: 'password', message: sentence }] });
}
