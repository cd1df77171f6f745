// What is taken in as a policy pack, what is refused with which sentence, and what a pack makes of the policy.
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { generateSigningKey, signFor, type SigningKey } from '@muster/kernel/signing';
import { describe, expect, it } from 'vitest';
import { openPack, policyPack, withPack, type Judges } from './policy-pack.ts';
import { posturePolicy } from './policy.ts';

const release = generateSigningKey();
const now = new Date('2026-11-21T12:00:00Z');
const judges: Judges = {
  releaseKey: (id) => (id === release.keyId ? release.publicKey : undefined),
  newest: 7,
  now,
};

function file(changes: object = {}, key: SigningKey = release, keyId = key.keyId): string {
  const body = canonicalBytes({
    v: 1,
    version: 8,
    validFrom: '2026-11-20T00:00:00Z',
    issuedAt: '2026-11-20T00:00:00Z',
    expiresAt: '2027-05-20T00:00:00Z',
    values: { endOfLife: { 'debian 12': '2026-10-01' }, certificateDays: 30 },
    ...changes,
  });
  return JSON.stringify({
    body: Buffer.from(body).toString('base64'),
    signature: signFor('muster/policy/v1', key, body),
    keyId,
  });
}
const refusal = (text: string) => {
  const opened = openPack(text, judges);
  return 'refused' in opened ? `${opened.code}: ${opened.refused}` : 'taken in';
};

describe('a policy pack', () => {
  it('is taken in when the release key signed it and it is newer', () => {
    expect(openPack(file(), judges)).toMatchObject({
      pack: { version: 8, values: { certificateDays: 30 } },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  it('is refused when somebody else signed it, under his own name or the release key’s', () => {
    const other = generateSigningKey();
    expect(refusal(file({}, other))).toMatch(/^forged: .* no release key of this installation/);
    expect(refusal(file({}, other, release.keyId))).toMatch(/^forged: It is not what the release key signed/);
  });

  it('is refused when one byte of it was changed', () => {
    const pack = JSON.parse(file()) as { body: string };
    const body = Buffer.from(pack.body, 'base64').toString('utf8').replace('2026-10-01', '2036-10-01');
    expect(refusal(JSON.stringify({ ...pack, body: Buffer.from(body).toString('base64') }))).toMatch(/^forged:/);
  });

  it('is refused when a signature for another purpose is shown with it', () => {
    const body = Buffer.from((JSON.parse(file()) as { body: string }).body, 'base64');
    const signature = signFor('muster/release/v1', release, body);
    const shown = JSON.stringify({ body: body.toString('base64'), signature, keyId: release.keyId });
    expect(refusal(shown)).toMatch(/^forged:/);
  });

  it('is refused when it is older, the same again, or has lapsed', () => {
    expect(refusal(file({ version: 7 }))).toBe('older: Policy 7 is not newer than policy 7, which is known here');
    expect(refusal(file({ version: 6 }))).toMatch(/^older:/);
    expect(refusal(file({ expiresAt: '2026-11-21T11:59:59Z' }))).toMatch(/^lapsed: Policy 8 had to be taken in before/);
  });

  it('is refused with the field that does not fit', () => {
    expect(refusal('{}')).toMatch(/^malformed:/);
    expect(refusal('no JSON')).toMatch(/^malformed:/);
    expect(refusal(file({ values: { certificateDays: 0 } }))).toMatch(/^malformed: .*values\.certificateDays/);
    expect(refusal(file({ values: { weakAlgorithms: ['.*'] } }))).toMatch(/^malformed: .*weakAlgorithms/);
    expect(refusal(file({ values: { dataPorts: { http: 'web' } } }))).toMatch(/^malformed:/);
    expect(refusal('x'.repeat(300_000))).toMatch(/^malformed: .*larger than 256 kB/);
  });

  it('adds to tables, replaces the rest, and leaves what it does not name', () => {
    const { values } = policyPack.parse({
      v: 1,
      version: 8,
      validFrom: '2026-11-20T00:00:00Z',
      issuedAt: '2026-11-20T00:00:00Z',
      expiresAt: '2027-05-20T00:00:00Z',
      values: {
        endOfLife: { 'debian 12': '2026-10-01', 'debian 14': '2032-06-30' },
        approvedPorts: [{ ports: [8080], programs: ['nginx'] }],
      },
    });
    const policy = withPack(posturePolicy, { version: 8, values });
    expect(policy.version).toBe(8);
    expect(policy.endOfLife).toEqual({
      ...posturePolicy.endOfLife,
      'debian 12': '2026-10-01',
      'debian 14': '2032-06-30',
    });
    expect(policy.approvedPorts).toEqual([{ ports: [8080], programs: ['nginx'] }]);
    expect(policy.leastRsaBits).toBe(posturePolicy.leastRsaBits);
    expect(policy.weakAlgorithms).toBe(posturePolicy.weakAlgorithms);
  });

  it('can say everything that is built in', () => {
    const { version: _version, weakAlgorithms: _patterns, certificateAuthorities: _issuers, ...values } = posturePolicy;
    expect(policyPack.shape.values.parse(JSON.parse(JSON.stringify(values)))).toEqual(
      JSON.parse(JSON.stringify(values)),
    );
  });
});
