// Modules of a real hosting server: of the kernel, of PHP by version, of nginx.
import { knownReport } from '@muster/posture/known';
import { posturePolicy } from '@muster/posture/policy';
import { modules as probed } from '@muster/posture/probes/modules';
import { played } from '@muster/posture/testing/tape';
import { expect, it } from 'vitest';
import { modules } from './modules.ts';

const now = new Date('2026-11-22T07:00:00Z');

it('are named by what loads them', async () => {
  const { reading } = await played('debian-12-hardened', probed);
  const read = modules.read(new Map([[probed.name, knownReport(probed, reading, now)]]), {
    policy: posturePolicy,
    now,
  });
  const items = read?.items.map(({ item }) => item) ?? [];
  expect(items).toEqual(
    expect.arrayContaining(['php 8.2 mysqli', expect.stringMatching(/^nginx .*ngx_http_modsecurity_module\.so$/)]),
  );
  expect(new Set(items).size).toBe(items.length);
});
