// Filters as tokens: "203.0.113.0/24 server:fra-web-03 jail:sshd since:24h". The text is what stands in the address
// bar, so a filtered page can be sent to somebody.

export interface Token {
  /** Empty for a bare word. */
  readonly key: string;
  readonly value: string;
}

/** Splits at spaces; a value with spaces stands in double quotes. */
export function parseTokens(text: string, keys: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(/(?:([a-z]+):)?(?:"([^"]*)"|(\S+))/gi)) {
    const key = (match[1] ?? '').toLowerCase();
    const value = match[2] ?? match[3] ?? '';
    if (key !== '' && keys.includes(key)) tokens.push({ key, value });
    // An IPv6 address has colons too; what is not one of our keys is part of the value.
    else if (match[1] !== undefined) tokens.push({ key: '', value: `${match[1]}:${value}` });
    else tokens.push({ key: '', value });
  }
  return tokens;
}

export function tokensText(tokens: readonly Token[]): string {
  return tokens
    .map(({ key, value }) => {
      const written = /\s/.test(value) ? `"${value}"` : value;
      return key === '' ? written : `${key}:${written}`;
    })
    .join(' ');
}

/** The last value of a key wins. */
export function valueOf(tokens: readonly Token[], key: string): string | undefined {
  return tokens.findLast((token) => token.key === key)?.value;
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of "30m", "24h", "7d"; null when it is not a span. */
export function spanOf(text: string): number | null {
  const match = /^(\d{1,4})\s*(m|h|d)$/i.exec(text.trim());
  if (match === null) return null;
  return Number(match[1]) * (UNITS[(match[2] ?? '').toLowerCase()] ?? 0);
}
