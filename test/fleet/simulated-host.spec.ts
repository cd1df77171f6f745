// A simulated server answers tasks as a real one would, so that what a page shows of it was decided by the same protocol.
import { receipt, type Receipt, type Signed } from '@muster/contracts/agent';
import { blockListHash } from '@muster/kernel/hashing';
import { generateSigningKey, verifyFor } from '@muster/kernel/signing';
import { beforeEach, describe, expect, it } from 'vitest';
import { TestControlPlane } from '../../services/node-agent/src/testing/control-plane.ts';
import type { SimulatedIdentity } from './identity.ts';
import { SimulatedHost } from './simulated-host.ts';

const BLOCK = { id: '0190b5e2-7a10-7000-8000-00000000c001', range: '203.0.113.9', seconds: 3600 };
const NOTHING = { add: [], remove: [], protect: [], unprotect: [] };

describe('a simulated host', () => {
  let controlPlane: TestControlPlane;
  let identity: SimulatedIdentity;
  let host: SimulatedHost;

  beforeEach(() => {
    controlPlane = new TestControlPlane();
    identity = {
      name: 'fra-web-01',
      server: controlPlane.server,
      agentKey: generateSigningKey(),
      hostKey: generateSigningKey(),
      rootKey: controlPlane.root.publicKey,
      machineHash: '0'.repeat(64),
      keyset: controlPlane.keyset(),
    };
    host = new SimulatedHost(identity);
  });

  it('applies a block and signs what it holds afterwards', async () => {
    await done(controlPlane.envelope({ args: { managed: true } }));
    const args = { from: 0, to: 1, ...NOTHING, add: [BLOCK] };
    const answer = await done(controlPlane.envelope({ name: 'bans.apply@1', args }));
    expect(answer).toMatchObject({ outcome: 'succeeded', evidence: { revision: 1, verified: [BLOCK.range] } });
    expect(host.held()).toMatchObject({ revision: 1, blocks: 1, hash: blockListHash([BLOCK.range], []) });
  });

  it('answers a change that starts elsewhere with a gap, and takes the snapshot that follows', async () => {
    const args = { from: 7, to: 8, ...NOTHING, add: [BLOCK] };
    expect(await done(controlPlane.envelope({ name: 'bans.apply@1', args }))).toMatchObject({
      outcome: 'failed',
      code: 'gap',
    });
    const snapshot = { revision: 8, blocks: [BLOCK], protections: [] };
    expect(await done(controlPlane.envelope({ name: 'bans.snapshot@1', args: snapshot }))).toMatchObject({
      outcome: 'succeeded',
    });
  });

  it('answers a repeated task with the same receipt', async () => {
    const signed = controlPlane.sign(controlPlane.envelope({ args: { managed: true } }));
    expect(await host.submit(signed)).toEqual(await host.submit(signed));
  });

  it('refuses what its control plane did not sign', async () => {
    const forged = controlPlane.sign(controlPlane.envelope(), generateSigningKey());
    await expect(host.submit(forged)).rejects.toThrow();
  });

  async function done(envelope: object): Promise<Receipt> {
    const answer = await host.submit(controlPlane.sign(envelope));
    if (!('receipt' in answer)) throw new Error(`No receipt: ${answer.state}`);
    return opened(answer.receipt);
  }

  function opened(signed: Signed): Receipt {
    const bytes = Buffer.from(signed.body, 'base64');
    expect(verifyFor('muster/receipt/v1', identity.hostKey.publicKey, bytes, signed.signature)).toBe(true);
    return receipt.parse(JSON.parse(bytes.toString('utf8')));
  }
});
