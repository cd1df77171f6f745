import { permission } from '../define.ts';

export const auditPermissions = {
  read: permission('audit.entry.read', 'medium', 'Read what happened, who did it and when'),
  body: permission('audit.body.read', 'high', 'Read the raw content of entries'),
  export: permission('audit.ledger.export', 'high', 'Export the ledger with its proofs'),
};
