// A keyed hash of an address in small letters: sign-in finds it, and a dump does not show it.
import type { SecretBox } from '../../platform/personal-data/personal-data.ts';

export const emailTag = (box: SecretBox, email: string): string => box.tag(email.trim().toLowerCase());
