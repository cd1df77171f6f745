/** Three questions about the same thing: who holds what, what a role is, and who can do this. */
export const grantTabs = [
  { id: 'grants', label: 'Grants', href: '/grants' },
  { id: 'roles', label: 'Roles', href: '/grants/roles' },
  { id: 'who', label: 'Who can', href: '/grants/who' },
] as const;
