// The rail: four verbs, and only what exists.
export interface Destination {
  readonly label: string;
  readonly href: string;
  /** Second key after `g`. */
  readonly key: string;
  readonly count?: 'operations' | 'reviews';
}

export const rail: readonly { readonly verb: string; readonly destinations: readonly Destination[] }[] = [
  {
    verb: 'Watch',
    destinations: [
      { label: 'Fleet', href: '/', key: 'f' },
      { label: 'Bans', href: '/bans', key: 'b' },
    ],
  },
  {
    verb: 'Keep',
    destinations: [
      { label: 'Posture', href: '/posture', key: 'p' },
      { label: 'Operations', href: '/operations', key: 'o', count: 'operations' },
    ],
  },
  {
    verb: 'Prove',
    destinations: [
      { label: 'Audit', href: '/audit', key: 'a' },
      { label: 'Reviews', href: '/reviews', key: 'w', count: 'reviews' },
    ],
  },
  {
    verb: 'Set up',
    destinations: [
      { label: 'Servers', href: '/servers', key: 's' },
      { label: 'Groups', href: '/groups', key: 'r' },
      { label: 'Releases', href: '/releases', key: 'l' },
      { label: 'Clients', href: '/clients', key: 'c' },
      { label: 'People', href: '/people', key: 'e' },
      { label: 'Grants', href: '/grants', key: 't' },
      { label: 'API tokens', href: '/tokens', key: 'k' },
      { label: 'Networks', href: '/networks', key: 'n' },
    ],
  },
];

export function isCurrent(href: string, path: string): boolean {
  return href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
}
