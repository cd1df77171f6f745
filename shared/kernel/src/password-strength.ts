// How strong a password is: rough bits that a guesser who knows habits still has to try, never in the person's favour.
// The page shows it while somebody types; the control plane decides with the same figures.

export type PasswordStrength = 'weak' | 'fair' | 'good' | 'strong';
const BITS: readonly (readonly [PasswordStrength, number])[] = [
  ['strong', 76],
  ['good', 56],
  ['fair', 36],
];
const ORDER: readonly PasswordStrength[] = ['weak', 'fair', 'good', 'strong'];

/** What every list of guesses begins with, as it reads after `spelledOut`. */
const COMMON = [
  ...[
    'password',
    'passwort',
    'passw',
    'qwerty',
    'qwertz',
    'azerty',
    'asdfgh',
    'yxcvbn',
    'zxcvbn',
    'letmein',
    'welcome',
  ],
  ...['willkommen', 'admin', 'administrator', 'root', 'muster', 'changeme', 'default', 'secret', 'geheim', 'iloveyou'],
  ...['monkey', 'dragon', 'football', 'baseball', 'basketball', 'superman', 'batman', 'master', 'shadow', 'sunshine'],
  ...['princess', 'michael', 'jordan', 'hunter', 'trustno', 'starwars', 'whatever', 'computer', 'internet', 'samsung'],
  ...['google', 'facebook', 'hallo', 'schatz', 'sommer', 'winter', 'summer', 'spring', 'autumn', 'herbst', 'fruhling'],
  ...['januar', 'january', 'februar', 'february', 'monday', 'montag', 'hosting', 'server', 'linux', 'login', 'access'],
  ...['123456', '12345', '23456', '654321', '111111', '000000', '123123', '112233', 'abcdef', 'abc123', 'qazwsx'],
];
const YEAR = /(?:19|20)\d\d/g;
const LEET: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** "P@ssw0rd" reads "password": what people take for clever is tried first. */
function spelledOut(text: string): string {
  return text.toLowerCase().replaceAll(/[013457@$!]/g, (sign) => LEET[sign] ?? sign);
}

/** `personal`: names, addresses and the company's own words, which say nothing about a password that has them. */
export function guessBits(password: string, personal: readonly string[] = []): number {
  let rest = password;
  for (const word of known(personal)) rest = without(rest, word);
  rest = rest.replaceAll(/(.)\1{2,}/g, '$1').replaceAll(YEAR, '');
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z0-9]/].filter((kind) => kind.test(rest)).length;
  const perSign = [0, 2.6, 3.2, 3.6, 4][kinds] ?? 0;
  // Few different signs are few choices, however often they are repeated.
  const different = new Set(rest.toLowerCase()).size;
  return Math.min(rest.length, different * 3) * perSign;
}

export function passwordStrength(password: string, personal: readonly string[] = []): PasswordStrength {
  const bits = guessBits(password, personal);
  return BITS.find(([, least]) => bits >= least)?.[0] ?? 'weak';
}

export function isAtLeast(strength: PasswordStrength, wanted: PasswordStrength): boolean {
  return ORDER.indexOf(strength) >= ORDER.indexOf(wanted);
}

/** The one habit that makes it easy to guess, in words that finish "leave out …"; null when none is seen. */
export function guessableHabit(password: string, personal: readonly string[] = []): string | null {
  const spelled = spelledOut(password);
  const plain = password.toLowerCase();
  const has = (word: string): boolean => spelled.includes(word) || plain.includes(word);
  // A long sentence may have a common word in it; its strength is judged without that word.
  const own = personal.map((word) => word.toLowerCase()).find((word) => word.length >= 4 && has(word));
  if (own !== undefined) return `“${own}”: guesses begin with names`;
  if (password.length >= 20) return null;
  if (COMMON.some(has)) return 'words that everybody uses';
  return /(?:19|20)\d\d[^a-z0-9]?$/i.test(password) ? 'the year at its end' : null;
}

function known(personal: readonly string[]): string[] {
  return [...personal.filter((word) => word.length > 2).map((word) => word.toLowerCase()), ...COMMON];
}

/** Cuts a word out where it stands, also in its clever spelling. */
function without(text: string, word: string): string {
  let rest = text;
  for (let at = find(rest, word); at >= 0; at = find(rest, word))
    rest = rest.slice(0, at) + rest.slice(at + word.length);
  return rest;
}

function find(text: string, word: string): number {
  const plain = text.toLowerCase().indexOf(word);
  return plain >= 0 ? plain : spelledOut(text).indexOf(word);
}
