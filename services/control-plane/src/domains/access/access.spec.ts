import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { hashPassword, passwordMatches, requireGoodPassword } from './passwords.ts';
import { acceptedStep, newRecoveryCodes, newTotp, plainRecoveryCode, RECOVERY_CODES } from './second-factor.ts';

const mara = { name: 'Mara Okafor', email: 'mara@example.net' };

describe('a password', () => {
  it('is checked against its hash, and an account that does not exist never matches', async () => {
    const stored = await hashPassword('correct horse battery');
    expect(stored).toMatch(/^\$argon2id\$/);
    expect(await passwordMatches(stored, 'correct horse battery')).toBe(true);
    expect(await passwordMatches(stored, 'wrong horse battery')).toBe(false);
    expect(await passwordMatches(null, 'no account has this password')).toBe(false);
  });

  it.each(['okafor-frankfurt', 'aaaaaaaaaaaaa', 'password-4711', 'frankfurtmain2026'])(
    '%s is refused in words',
    (weak) => {
      expect(() => requireGoodPassword(weak, mara)).toThrow(/easy to guess/);
    },
  );

  it('passes when it is long and says nothing about its owner', () => {
    expect(() => requireGoodPassword('teal-otter-sings-9-hymns', mara)).not.toThrow();
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
