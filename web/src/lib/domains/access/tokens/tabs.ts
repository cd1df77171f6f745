/** Programs that act here: with which tokens, and as which service accounts. */
export const tokenTabs = [
  { id: 'tokens', label: 'API tokens', href: '/tokens' },
  { id: 'accounts', label: 'Service accounts', href: '/tokens/accounts' },
] as const;
