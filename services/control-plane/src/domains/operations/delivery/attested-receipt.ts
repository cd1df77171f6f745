// What a host attested: a receipt counts only when the host's own key signed it, for this server and this task.
import { receipt as receiptSchema, type Receipt, type Signed } from '@muster/contracts/agent';
import { isDeeperThan } from '@muster/kernel/json-depth';
import { keyIdOf, verifyFor } from '@muster/kernel/signing';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';

/** Of measured fields; what is nested more deeply is no receipt. */
const MOST_LEVELS = 32;

export function attestedReceipt(server: LinkedServer, taskId: string, signed: Signed): Receipt | null {
  const key = server.hostKey ?? server.agentKey;
  const bytes = Buffer.from(signed.body, 'base64');
  if (signed.keyId !== keyIdOf(key) || !verifyFor('muster/receipt/v1', key, bytes, signed.signature)) return null;
  const parsed = receiptSchema.safeParse(parseJson(bytes));
  const ours = parsed.success && parsed.data.task === taskId && parsed.data.server === server.serverId;
  return ours ? parsed.data : null;
}

function parseJson(bytes: Buffer): unknown {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isDeeperThan(value, MOST_LEVELS) ? undefined : value;
  } catch {
    return undefined;
  }
}
