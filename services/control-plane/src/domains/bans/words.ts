// Times and counts as refusals say them. UTC, and said so: a refusal is the same sentence for whoever reads it later.
export function inWords(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function servers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
