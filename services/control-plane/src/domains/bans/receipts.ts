// What a receipt says. Its signature was checked when it arrived, and stays beside it for whoever checks again.
import { receipt, type Receipt } from '@muster/contracts/agent';

/** null: not a receipt that this version understands. */
export function receiptOf(body: string): Receipt | null {
  try {
    const parsed = receipt.safeParse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
