// Every line with its outcome, and how many there are of each.
import type { ImportLine } from '@muster/contracts/clients';

export function reportOf(lines: readonly ImportLine[]) {
  const count = (outcome: ImportLine['outcome']) => lines.filter((line) => line.outcome === outcome).length;
  return {
    create: count('create'),
    change: count('change'),
    same: count('same'),
    refused: count('refused'),
    lines: [...lines],
  };
}
