// Whether a name is signed, by what a real BIND 9.18 answered over TCP (testing/signed-zones.sh): one that validates, and one
// that does not. To record again, with the address of a container that runs that script in the lab's hosting image:
//   MUSTER_RECORD_DNS=172.17.0.2 npx vitest run src/domains/posture/prober/dnssec.spec.ts
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Signatures } from './dnssec.ts';
import { TapedDns } from './testing/taped-dns.ts';

const RECORDED = process.env['MUSTER_RECORD_DNS'];
const tapes = {
  validating: { path: join(import.meta.dirname, 'fixtures/bind-validating.json'), port: 53 },
  trusting: { path: join(import.meta.dirname, 'fixtures/bind-trusting.json'), port: 5302 },
} as const;

let validating: TapedDns;
let trusting: TapedDns;
const start = ({ path, port }: { path: string; port: number }) =>
  TapedDns.start(path, RECORDED === undefined ? undefined : { host: RECORDED, port });

beforeAll(async () => {
  [validating, trusting] = await Promise.all([start(tapes.validating), start(tapes.trusting)]);
});
afterAll(() => {
  for (const dns of [validating, trusting]) dns?.stop();
  if (RECORDED === undefined) return;
  validating.write(tapes.validating.path);
  trusting.write(tapes.trusting.path);
});

const END = '2036-01-01T00:00:00.000Z';

test.each([
  ['shop.signed', { state: 'signed', until: END }],
  // No such name, which is signed as well.
  ['nobody.signed', { state: 'signed', until: END }],
  ['shop.broken', { state: 'broken', until: null }],
  ['shop.plain', { state: 'unsigned', until: null }],
  // Signed, and its parent says nothing of it.
  ['shop.island', { state: 'unsigned', until: null }],
])('%s, asked of a resolver that validates', async (name, expected) => {
  expect(await new Signatures(validating.server).of(name)).toEqual(expected);
});

test.each([
  ['shop.signed', { state: 'not-validated', until: END }],
  ['shop.broken', { state: 'not-validated', until: '2025-01-01T00:00:00.000Z' }],
  ['shop.plain', { state: 'unsigned', until: null }],
])('%s, asked of one that does not', async (name, expected) => {
  expect(await new Signatures(trusting.server).of(name)).toEqual(expected);
});

test('where nobody answers it is not known', async () => {
  expect(await new Signatures('127.0.0.1:9').of('shop.signed')).toBeNull();
});
