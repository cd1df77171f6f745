// IPv4 and IPv6 addresses and ranges in one canonical spelling, with the sentences people read when a spelling is wrong.
import ipaddr from 'ipaddr.js';

/** A canonical range: host bits are zero, IPv6 is compressed, a single address carries /32 or /128. */
export interface IpRange {
  readonly family: 4 | 6;
  /** First address, canonical spelling. */
  readonly first: string;
  readonly last: string;
  readonly prefix: number;
  /** `203.0.113.7` for a single address, else `203.0.113.0/24`. */
  readonly text: string;
}

export type IpRangeResult = { ok: true; range: IpRange } | { ok: false; reason: string };

const WIDTH = { 4: 32, 6: 128 } as const;

function toBigInt(bytes: readonly number[]): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function fromBigInt(value: bigint, family: 4 | 6): string {
  const bytes: number[] = [];
  for (let i = WIDTH[family] / 8 - 1; i >= 0; i--) bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
  return ipaddr.fromByteArray(bytes).toString();
}

/** Parses an address or a range in CIDR form. The reason is a sentence for the person who typed it. */
export function parseIpRange(input: string): IpRangeResult {
  const text = input.trim();
  if (text === '') return { ok: false, reason: 'Give an address like 203.0.113.7 or a range like 203.0.113.0/24' };
  if (text.length > 64) return { ok: false, reason: 'That is too long for an address or a range' };
  const [addressText = '', prefixText, ...rest] = text.split('/');
  if (rest.length > 0) return { ok: false, reason: `${text} has more than one slash` };
  if (
    !ipaddr.isValid(addressText) ||
    (!addressText.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(addressText))
  ) {
    return { ok: false, reason: `${text} is not an IPv4 or IPv6 address` };
  }
  let address = ipaddr.parse(addressText);
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).zoneId) {
    return { ok: false, reason: `${text} carries an interface name; leave out the part from % on` };
  }
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()) {
    if (prefixText !== undefined) return { ok: false, reason: `Write ${text} as an IPv4 range` };
    address = (address as ipaddr.IPv6).toIPv4Address();
  }
  const family = address.kind() === 'ipv4' ? 4 : 6;
  const width = WIDTH[family];
  let prefix: number = width;
  if (prefixText !== undefined) {
    if (!/^\d{1,3}$/.test(prefixText))
      return { ok: false, reason: `${text}: the part after the slash is a number of bits` };
    prefix = Number(prefixText);
    if (prefix > width) return { ok: false, reason: `${text} is not a range: IPv${family} ends at /${width}` };
  }
  const host = BigInt(width - prefix);
  const value = toBigInt(address.toByteArray());
  const first = (value >> host) << host;
  const last = first | ((1n << host) - 1n);
  const firstText = fromBigInt(first, family);
  return {
    ok: true,
    range: {
      family,
      first: firstText,
      last: fromBigInt(last, family),
      prefix,
      text: prefix === width ? firstText : `${firstText}/${prefix}`,
    },
  };
}

/** For texts that were parsed before; throws TypeError with the sentence otherwise. */
export function ipRange(text: string): IpRange {
  const parsed = parseIpRange(text);
  if (!parsed.ok) throw new TypeError(parsed.reason);
  return parsed.range;
}

/** First and last address as numbers, for ordering and overlap. */
export function boundsOf(range: IpRange): { first: bigint; last: bigint } {
  return {
    first: toBigInt(ipaddr.parse(range.first).toByteArray()),
    last: toBigInt(ipaddr.parse(range.last).toByteArray()),
  };
}

export function rangesOverlap(a: IpRange, b: IpRange): boolean {
  if (a.family !== b.family) return false;
  const x = boundsOf(a);
  const y = boundsOf(b);
  return x.first <= y.last && y.first <= x.last;
}

/** True when every address of `inner` is in `outer`. */
export function rangeContains(outer: IpRange, inner: IpRange): boolean {
  if (outer.family !== inner.family) return false;
  const x = boundsOf(outer);
  const y = boundsOf(inner);
  return x.first <= y.first && y.last <= x.last;
}

/** Number of addresses as a decimal text; IPv6 ranges do not fit a number. */
export function rangeSize(range: IpRange): string {
  return (1n << BigInt(WIDTH[range.family] - range.prefix)).toString();
}

/** Lower and upper half of a range; null for a single address. */
export function halvesOf(range: IpRange): readonly [IpRange, IpRange] | null {
  const width = WIDTH[range.family];
  if (range.prefix === width) return null;
  const middle = boundsOf(range).first + (1n << BigInt(width - range.prefix - 1));
  const prefix = range.prefix + 1;
  return [ipRange(`${range.first}/${prefix}`), ipRange(`${fromBigInt(middle, range.family)}/${prefix}`)];
}

const GLOBAL_UNICAST = ipRange('2000::/3');

/**
 * What the first address of a range is for: `public` on the internet, else the registry's word for it (`private`,
 * `linkLocal`, `loopback`, `uniqueLocal`, `carrierGradeNat`, `multicast`, `reserved` …).
 */
export function purposeOf(range: IpRange): string {
  const purpose = ipaddr.parse(range.first).range();
  if (purpose !== 'unicast') return purpose;
  return range.family === 4 || rangesOverlap(GLOBAL_UNICAST, range) ? 'public' : 'reserved';
}
