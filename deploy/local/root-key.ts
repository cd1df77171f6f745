// While the root key lies beside the installation, the local start keeps the list of witnesses in step with the servers
// that were confirmed. Take the key away and the list stays as it is until somebody signs the next one.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readKey } from '@muster/control-plane/platform/keys/key-store';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { signFor } from '@muster/kernel/signing';
import type { RunningProcess } from './supervisor.ts';

const LOOK_EVERY_MS = 15_000;

/** Returns the way to stop. */
export function keepWitnessList(
  controlPlane: RunningProcess,
  keys: string,
  say: (sentence: string) => void,
): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const look = (): void => {
    running = running
      .then(() => signNext(controlPlane, keys))
      .catch((error: unknown) => say(`Witnesses: ${String(error)}`));
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  look();
  return async () => {
    clearInterval(timer);
    await running;
  };
}

async function signNext(controlPlane: RunningProcess, keys: string): Promise<void> {
  if (!existsSync(join(keys, 'root.key'))) return;
  const wanted = await controlPlane.ask({ type: 'witnesses-wanted' });
  if (wanted.type !== 'witnesses' || wanted.list === null) return;
  const bytes = canonicalBytes(wanted.list);
  const signature = signFor('muster/witnesses/v1', readKey(keys, 'root'), bytes);
  const answer = await controlPlane.ask({
    type: 'publish-witnesses',
    body: Buffer.from(bytes).toString('base64'),
    signature,
  });
  if (answer.type === 'refused') throw new Error(answer.reason);
}
