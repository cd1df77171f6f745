// A control plane's signing hand for tests: real keys, real signatures, no network.
import type { CancelEnvelope, Keyset, Signed, SignedKeyset, TaskEnvelope } from '@muster/contracts/agent';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { DEFAULT_TENANT, newId } from '@muster/kernel/ids';
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import type { SigningKey, SigningPurpose } from '@muster/kernel/signing';

const YEAR_MS = 365 * 24 * 3600_000;

export class TestControlPlane {
  readonly root = generateSigningKey();
  readonly task = generateSigningKey();
  readonly ledger = generateSigningKey();
  readonly gateway = generateSigningKey();
  readonly release = generateSigningKey();
  readonly server = newId();
  #seq = 0;

  keyset(serial = 1, changes: Partial<Keyset> = {}, signer: SigningKey = this.root): SignedKeyset {
    const now = Date.now();
    const period = { notBefore: new Date(now - 60_000).toISOString(), notAfter: new Date(now + YEAR_MS).toISOString() };
    const body: Keyset = {
      v: 1,
      origin: 'muster.test/log/1',
      tenant: DEFAULT_TENANT,
      serial,
      issuedAt: new Date(now).toISOString(),
      keys: (['task', 'ledger', 'gateway', 'release'] as const).map((use) => ({
        id: this[use].keyId,
        use,
        publicKey: this[use].publicKey,
        ...period,
      })),
      revoked: [],
      ...changes,
    };
    const bytes = canonicalBytes(body);
    return {
      body: Buffer.from(bytes).toString('base64'),
      signature: signFor('muster/keyset/v1', signer, bytes),
      rootKey: this.root.publicKey,
    };
  }

  envelope(changes: Partial<TaskEnvelope> = {}): TaskEnvelope {
    const now = Date.now();
    return {
      v: 1,
      task: newId(),
      server: this.server,
      lane: 'guard',
      seq: (this.#seq += 1),
      name: 'bans.manage@1',
      args: { managed: true },
      notBefore: new Date(now - 1000).toISOString(),
      notAfter: new Date(now + 600_000).toISOString(),
      actor: 'test',
      approvals: [],
      key: this.task.keyId,
      ...changes,
    };
  }

  cancel(task: string, changes: Partial<CancelEnvelope> = {}): CancelEnvelope {
    const now = Date.now();
    return {
      v: 1,
      task,
      server: this.server,
      issuedAt: new Date(now).toISOString(),
      notAfter: new Date(now + 600_000).toISOString(),
      key: this.task.keyId,
      ...changes,
    };
  }

  sign(body: object, key: SigningKey = this.task, purpose: SigningPurpose = 'muster/task/v1'): Signed {
    const bytes = canonicalBytes(body);
    return { body: Buffer.from(bytes).toString('base64'), signature: signFor(purpose, key, bytes), keyId: key.keyId };
  }
}
