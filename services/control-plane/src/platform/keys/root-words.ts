// The root key as 24 words, and back: what somebody wrote down when the installation was made.
import { mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';

/** null when these are not the words of a root key. */
export function rootSeedOf(words: string): Uint8Array | null {
  try {
    const seed = mnemonicToEntropy(words.split(/\s+/).join(' '), wordlist);
    return seed.length === 32 ? seed : null;
  } catch {
    return null;
  }
}
