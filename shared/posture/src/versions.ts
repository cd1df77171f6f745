// Versions as programs write them: numbers with points. What follows a dash counts as earlier (`6.9-beta1` before `6.9`).

export function isOlder(version: string, than: string): boolean {
  const a = parts(version);
  const b = parts(than);
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const difference = (a.numbers[i] ?? 0) - (b.numbers[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return a.early && !b.early;
}

function parts(version: string): { numbers: number[]; early: boolean } {
  const [numbers = '', rest] = version.trim().replace(/^v/, '').split(/[-~]/, 2);
  return { numbers: numbers.split('.').map((part) => Number.parseInt(part, 10) || 0), early: rest !== undefined };
}
