// Mistakes on the command line: one sentence, exit code 2, no stack.
export class UsageError extends Error {}

export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`${flag}: "${text}" is not accepted; give a whole number from ${least} to ${most}`);
  }
  return value;
}
