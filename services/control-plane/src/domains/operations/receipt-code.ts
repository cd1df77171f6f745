// The word for programs in a receipt of failure: `unknown-task`, `forbidden`, `fell-back`; null when there is none.
import { receipt } from '@muster/contracts/agent';

export function receiptCode(body: Buffer | null): string | null {
  if (body === null) return null;
  const said = receipt.safeParse(JSON.parse(body.toString('utf8')));
  return said.success ? said.data.code : null;
}
