// Which addresses may be looked at. A server can say what it likes, and so can the DNS of a client: an address is ours
// when two agree on it of the server's own word, the connection of its agent, and the networks that the operator named.
import { parseIpRange, purposeOf, rangeContains, type IpRange } from '@muster/kernel/ip-range';

declare const ours: unique symbol;
/** Made here only, and the only thing that `reach` connects to: no name ever, and no address that was not judged. */
export type OwnAddress = string & { readonly [ours]: true };

/** Not even in a lab: metadata services of clouds, everybody at once, nobody. */
export const NEVER: ReadonlySet<string> = new Set(['linkLocal', 'multicast', 'broadcast', 'unspecified']);

export interface Claims {
  /** Where the agent's connection came from, as the gateway saw it. */
  readonly seenFrom: string | null;
  /** What the server says it has on its interfaces, with or without the length of a prefix. */
  readonly claimed: readonly string[];
}

export interface JudgedAddress {
  readonly address: string;
  readonly refused: string | null;
}

export interface OwnAddresses {
  readonly own: readonly OwnAddress[];
  readonly judged: readonly JudgedAddress[];
}

const MOST_ADDRESSES = 32;
const MOST_LOOKED_AT = 16;

export function ownAddresses({ seenFrom, claimed }: Claims, networks: readonly IpRange[]): OwnAddresses {
  const from = seenFrom === null ? undefined : single(seenFrom);
  const said = claimed.flatMap((text) => single(text) ?? []);
  const all = new Map([...(from === undefined ? [] : [from]), ...said].map((one) => [one.text, one]));
  let looked = 0;
  const judged = [...all.values()].slice(0, MOST_ADDRESSES).map((one) => {
    const why = refusal(
      one,
      networks,
      from?.text === one.text,
      said.some(({ text }) => text === one.text),
    );
    looked += why === null ? 1 : 0;
    const refused = looked > MOST_LOOKED_AT ? (why ?? `${MOST_LOOKED_AT} addresses are looked at, and no more`) : why;
    return { address: one.text, refused };
  });
  return {
    judged,
    own: judged.flatMap(({ address, refused }) => (refused === null ? [address as OwnAddress] : [])),
  };
}

/** An address of an interface carries the length of its network; ::ffff:10.0.0.1 is 10.0.0.1 here. */
function single(text: string): IpRange | undefined {
  const parsed = parseIpRange(text.replace(/\/\d+$/, ''));
  return parsed.ok ? parsed.range : undefined;
}

function refusal(address: IpRange, networks: readonly IpRange[], seen: boolean, said: boolean): string | null {
  const purpose = purposeOf(address);
  if (NEVER.has(purpose)) return `is ${purpose}`;
  const named = networks.some((network) => rangeContains(network, address));
  if (purpose !== 'public' && !named) return `is ${purpose}`;
  if (Number(seen) + Number(said) + Number(named) >= 2) return null;
  return seen
    ? 'the server does not have it on an interface: it may be one that many share'
    : 'only the server says that it has it';
}
