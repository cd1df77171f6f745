/** Questions about the same thing: who holds what, what a role is, who can do this, and who could at a time. */
export const grantTabs = [
  { id: 'grants', label: 'Grants', href: '/grants' },
  { id: 'roles', label: 'Roles', href: '/grants/roles' },
  { id: 'who', label: 'Who can', href: '/grants/who' },
  { id: 'then', label: 'At a time', href: '/grants/then' },
] as const;
