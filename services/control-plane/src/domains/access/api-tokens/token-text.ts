// What a token looks like: `muster_`, 40 random letters and digits (238 bits), and 6 more that are their CRC-32. The prefix
// and the sum let secret scanners know one, and let us refuse a guess without asking the database.
import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { TOKEN_PATTERN } from '@muster/contracts/access';

const PREFIX = 'muster_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM = 40;
const SUM = 6;

export function newTokenText(): string {
  const random = Array.from({ length: RANDOM }, () => DIGITS.charAt(randomInt(DIGITS.length))).join('');
  return `${PREFIX}${random}${sumOf(random)}`;
}

/** False for what cannot be a token: a typing error, a cut-off copy, a guess. */
export function couldBeToken(text: string): boolean {
  if (!TOKEN_PATTERN.test(text)) return false;
  return sumOf(text.slice(PREFIX.length, -SUM)) === text.slice(-SUM);
}

function sumOf(random: string): string {
  let rest = crc32(random);
  let text = '';
  for (let place = 0; place < SUM; place += 1) {
    text = DIGITS.charAt(rest % DIGITS.length) + text;
    rest = Math.floor(rest / DIGITS.length);
  }
  return text;
}
