// Access: what other domains may use.
export { AccessController } from './access.controller.ts';
export { Grants, GRANTS_CHANGED } from './grants/grants.ts';
export { EntryController } from './entry.controller.ts';
export { LiveOperators } from './live-operators.ts';
export { OwnerSetup } from './owner-setup.ts';
export { People } from './people.ts';
export { SESSION_ENDED, SESSIONS_CHANGED, Sessions } from './sessions.ts';
