export const clientTabs = [
  { id: 'clients', label: 'Clients', href: '/clients' },
  { id: 'sites', label: 'Sites', href: '/sites' },
  { id: 'rules', label: 'Rules', href: '/sites/rules' },
  { id: 'import', label: 'Import', href: '/clients/import' },
] as const;
