import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { hashPassword, passwordMatches, requireGoodPassword } from './passwords.ts';
import { acceptedStep, newRecoveryCodes, newTotp, plainRecoveryCode, RECOVERY_CODES } from './second-factor.ts';

const policy = { passwordMinLength: 12, passwordStrength: 'good', forbiddenWords: ['Nordhafen'] } as const;
const mara = { name: 'Mara Okafor', email: 'mara@example.net' };

describe('a password', () => {
  it('is checked against its hash, and an account that does not exist never matches', async () => {
    const stored = await hashPassword('correct horse battery');
    expect(stored).toMatch(/^\$argon2id\$/);
    expect(await passwordMatches(stored, 'correct horse battery')).toBe(true);
    expect(await passwordMatches(stored, 'wrong horse battery')).toBe(false);
    expect(await passwordMatches(null, 'no account has this password')).toBe(false);
  });

  it.each([
    ['okafor-frankfurt', /leave out “okafor”/],
    ['aaaaaaaaaaaaa', /make it longer/],
    ['password-4711', /words that everybody uses/],
    ['P@ssw0rd-4711x', /words that everybody uses/],
    ['frankfurtmain2026', /the year at its end/],
    ['Nordhafen!2026', /leave out “nordhafen”/],
    ['n0rdhafen-turm', /leave out “nordhafen”/],
    ['tealotter', /at least 12 characters/],
  ])('%s is refused in words', (weak, sentence) => {
    expect(() => requireGoodPassword(weak, mara, policy)).toThrow(sentence);
  });

  it('passes when it is long and says nothing about its owner', () => {
    expect(() => requireGoodPassword('teal-otter-sings-9-hymns', mara, policy)).not.toThrow();
  });

  it('may be asked to be longer or stronger', () => {
    const long = { ...policy, passwordMinLength: 25 };
    expect(() => requireGoodPassword('teal-otter-sings-9-hymns', mara, long)).toThrow(/at least 25/);
    const strong = { ...policy, passwordStrength: 'strong' } as const;
    expect(() => requireGoodPassword('mooring lines hold 4', mara, strong)).toThrow(/make it longer/);
    expect(() => requireGoodPassword('mooring lines hold 4', mara, policy)).not.toThrow();
  });
});

describe('a second factor', () => {
  it('takes a code once', () => {
    const { secret } = newTotp(mara.email);
    const code = generateSync({ secret });
    const step = acceptedStep(secret, code, 0);
    expect(step).not.toBeNull();
    expect(acceptedStep(secret, code, step ?? 0)).toBeNull();
  });

  it('takes the code of the step before, and none older or newer', () => {
    const { secret } = newTotp(mara.email);
    const now = Math.floor(Date.now() / 1000);
    expect(acceptedStep(secret, generateSync({ secret, epoch: now - 30 }), 0)).not.toBeNull();
    expect(acceptedStep(secret, generateSync({ secret, epoch: now - 120 }), 0)).toBeNull();
    expect(acceptedStep(secret, generateSync({ secret, epoch: now + 90 }), 0)).toBeNull();
  });

  it('has recovery codes that differ and are read back however they are typed', () => {
    const codes = newRecoveryCodes();
    expect(new Set(codes).size).toBe(RECOVERY_CODES);
    expect(plainRecoveryCode(` ${codes[0]?.toLowerCase().replaceAll('-', ' ')} `)).toBe(codes[0]?.replaceAll('-', ''));
  });
});
