// Time-based codes (RFC 6238) and recovery codes. A code counts once: the time step it was made for is remembered.
import { randomInt } from 'node:crypto';
import { generateSecret, generateURI, verifySync } from 'otplib';

/** One step back, for slow fingers and clocks that run late; none ahead. */
const TOLERANCE_SECONDS: [number, number] = [30, 0];
export const RECOVERY_CODES = 10;
/** No 0 O 1 I L: they are read aloud and copied by hand. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';

export function newTotp(email: string): { secret: string; uri: string } {
  const secret = generateSecret();
  return { secret, uri: generateURI({ issuer: 'Muster', label: email, secret }) };
}

/** The time step that the code belongs to, or null when it is wrong or not newer than the last accepted one. */
export function acceptedStep(secret: string, code: string, lastStep: number): number | null {
  const result = verifySync({
    secret,
    token: code,
    epochTolerance: TOLERANCE_SECONDS,
    ...(lastStep > 0 ? { afterTimeStep: lastStep } : {}),
  });
  return result.valid && 'timeStep' in result ? result.timeStep : null;
}

/** Twelve characters each, about 59 bits. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, () => {
    const characters = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '');
    return characters.join('').replace(/(.{4})(.{4})(.{4})/, '$1-$2-$3');
  });
}

export const plainRecoveryCode = (typed: string): string => typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
