// Kinds whose items end some day, on recordings of real servers.
import type { ProbeReport } from '@muster/contracts/posture';
import { posturePolicy } from '@muster/posture/policy';
import type { Probe } from '@muster/posture/probe';
import { certificates as certificatesProbe } from '@muster/posture/probes/certificates';
import { php as phpProbe } from '@muster/posture/probes/php';
import { wordpress as wordpressProbe } from '@muster/posture/probes/wordpress';
import { played } from '@muster/posture/testing/tape';
import { expect, test } from 'vitest';
import type { KindDefinition } from '../kind.ts';
import { certificates } from './certificates.ts';
import { php } from './php.ts';
import { wordpress } from './wordpress.ts';

const RECORDED = new Date('2026-11-21T12:00:00Z');

async function read(machine: string, kind: KindDefinition, probe: Probe, now = RECORDED, policy = posturePolicy) {
  const { reading } = await played(machine, probe);
  const report: ProbeReport = {
    probe: probe.name,
    at: RECORDED.toISOString(),
    durationMs: 1,
    sha256: '0'.repeat(64),
    reading: reading as ProbeReport['reading'],
    error: null,
    unreadable: [],
  };
  const told = kind.read(new Map([[probe.name, report]]), { policy, now });
  if (told === null) throw new Error('the reading was not understood');
  return told.items.toSorted((a, b) => (a.sort < b.sort ? -1 : 1));
}

test('branches of PHP stand by the end of their fixes, and stand out when it has passed or is near', async () => {
  const items = await read('debian-12-weak', php, phpProbe);
  expect(items.map(({ item, attention }) => [item, attention])).toEqual([
    ['PHP 7.4', 'It gets no security fixes'],
    ['PHP 8.2', 'Its security fixes end soon'],
  ]);
  expect(items[0]?.facts).toMatchObject({ until: '2022-11-28', pools: 1, names: 'legacy' });
  const [earlier] = await read('debian-12-hardened', php, phpProbe, new Date('2026-01-10T00:00:00Z'));
  expect(earlier?.attention).toBeNull();
  const sooner = {
    ...posturePolicy,
    php: { ...posturePolicy.php, '8.2': { security: '2026-01-01', active: '2025-01-01' } },
  };
  const [ended] = await read('debian-12-hardened', php, phpProbe, new Date('2026-01-10T00:00:00Z'), sooner);
  expect(ended?.attention).toBe('It gets no security fixes');
});

test('certificates stand by their expiry, and stand out when it is near or they are not trusted', async () => {
  const items = await read('debian-12-weak', certificates, certificatesProbe);
  const ends = items.map(({ facts }) => String(facts['until']));
  expect(ends.length).toBeGreaterThan(1);
  expect(ends).toEqual(ends.toSorted());
  const attention = Object.fromEntries(items.map(({ facts, attention }) => [facts['names'], attention]));
  expect(attention).toMatchObject({
    'old.test': 'It expires within 21 days',
    'own.test': 'Its chain is not trusted: self-signed certificate',
    'names.test': null,
  });
  const later = await read('debian-12-weak', certificates, certificatesProbe, new Date('2026-12-01T00:00:00Z'));
  expect(later[0]).toMatchObject({
    facts: { names: 'old.test', issuer: 'Lab Authority' },
    attention: 'It has expired',
  });
});

test('WordPress stands by its version, the oldest first, with holes of its plugins', async () => {
  const [weak] = await read('debian-12-weak', wordpress, wordpressProbe);
  expect(weak).toMatchObject({
    facts: { version: '6.1.1', fixed: '6.1.9', inactive: 2, vulnerable: 'wp-file-manager 6.0 (CVE-2020-25213)' },
    attention: 'There is PHP among its uploads',
  });
  const [fixed] = await read('debian-12-hardened', wordpress, wordpressProbe);
  expect(fixed).toMatchObject({ facts: { version: '6.1.9', fixed: '6.1.9' }, attention: null });
});
