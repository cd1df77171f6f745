// How strong a password is, said as what it would take, and a generator that people can type from another screen.

/** Letters and digits that cannot be mistaken for one another. */
const READABLE = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** "k7Pq-3mVx-Zt8w-Hd4c-Qy6n": 25 signs of entropy about 116 bits, in groups that can be read aloud. */
export function generatePassword(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const signs: string[] = [];
  // Bytes beyond the largest multiple of the alphabet are thrown away, so that every sign is equally likely.
  const limit = 256 - (256 % READABLE.length);
  while (signs.length < 20)
    for (const byte of random(new Uint8Array(32)))
      if (byte < limit && signs.length < 20) signs.push(READABLE.charAt(byte % READABLE.length));
  return signs.join('').replace(/(.{4})(?=.)/g, '$1-');
}

export type Strength = 'none' | 'short' | 'weak' | 'fair' | 'good';

const COMMON = /password|passw0rd|qwert|12345|letmein|welcome|admin|muster|iloveyou|dragon|monkey/i;

/** Bits that a guesser who knows habits still has to try; rough on purpose and never in the person's favour. */
export function guessBits(password: string, personal: readonly string[] = []): number {
  let rest = password;
  for (const word of personal) if (word.length > 2) rest = rest.replaceAll(new RegExp(escapeForRegExp(word), 'gi'), '');
  rest = rest
    .replace(COMMON, '')
    .replace(/(.)\1{2,}/g, '$1')
    .replace(/(?:19|20)\d\d/g, '');
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(rest)).length;
  const perSign = [0, 2.6, 3.2, 3.6, 4][kinds] ?? 0;
  return rest.length * perSign;
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export function strengthOf(password: string, minimum: number, personal: readonly string[] = []): Strength {
  if (password === '') return 'none';
  if (password.length < minimum) return 'short';
  const bits = guessBits(password, personal);
  if (bits < 36) return 'weak';
  return bits < 56 ? 'fair' : 'good';
}
