// What a host attested: a receipt counts only when the host's own key signed it, for this server and this task.
import { receipt as receiptSchema, type Receipt, type Signed } from '@muster/contracts/agent';
import { keyIdOf, verifyFor } from '@muster/kernel/signing';
import type { LinkedServer } from '../../../platform/agent-link/link-registry.ts';

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
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
