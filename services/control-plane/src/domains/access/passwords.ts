// Passwords: argon2id, and what a password must not be. An unknown account costs the same time as a wrong password.
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
export function requireGoodPassword(password: string, person: { name: string; email: string }): void {
  const simple = password.toLowerCase();
  const own = [person.name, ...person.name.split(/\s+/), ...person.email.split(/[@.]/)]
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= 4);
  const named = own.find((part) => simple.includes(part));
  if (named) throw weak(`leave out “${named}”: guesses begin with names`);
  if (new Set(simple).size < 6) throw weak('use more different characters');
  if (COMMON.some((word) => simple.includes(word)) && simple.length < 20)
    throw weak('leave out words that everybody uses');
  if (/(?:19|20)\d\d[!.]?$/.test(simple) && simple.length < 20) throw weak('do not end it with a year');
}

const COMMON = ['password', 'passwort', 'qwerty', '123456', 'letmein', 'welcome', 'admin', 'muster', 'changeme'];

function weak(what: string): Refusal {
  const sentence = `This password is easy to guess: ${what}`;
  return new Refusal('invalid', 'weak-password', sentence, { fields: [{ path: 'password', message: sentence }] });
}
