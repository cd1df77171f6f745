// Access: what other domains may use.
export { OwnerSetup } from './owner-setup.ts';
export { People } from './people.ts';
export { SESSION_ENDED, SESSIONS_CHANGED } from './sessions.ts';
