// How strong a password is, and a generator that people can type from another screen.
import { passwordStrength, type PasswordStrength } from '@muster/kernel/password-strength';

/** Letters and digits that cannot be mistaken for one another. */
const READABLE = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** "k7Pq-3mVx-Zt8w-Hd4c-Qy6n": 20 signs, about 116 bits, in groups that can be read aloud. */
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

export type Strength = 'none' | 'short' | PasswordStrength;

/** With the figures that the control plane decides with. */
export function strengthOf(password: string, minimum: number, personal: readonly string[] = []): Strength {
  if (password === '') return 'none';
  return password.length < minimum ? 'short' : passwordStrength(password, personal);
}
