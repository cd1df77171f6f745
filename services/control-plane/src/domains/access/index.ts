// Access: what other domains may use.
export { AccessController } from './access.controller.ts';
export { GrantDuties } from './grants/grant-duties.ts';
export { ClientPeople } from './grants/client-people.ts';
export { Grants, GRANTS_CHANGED } from './grants/grants.ts';
export { othersMay } from './grants/others.ts';
export { PeopleHere } from './grants/people-here.ts';
export { ownersInForce } from './grants/owners.ts';
export { AccountsToReview } from './grants/review/accounts-to-review.ts';
export { GrantsToReview } from './grants/review/grants-to-review.ts';
export { BreakGlass } from './break-glass/break-glass.ts';
export { EntryController } from './entry.controller.ts';
export { LiveOperators } from './live-operators.ts';
export { OwnerSetup } from './owner-setup.ts';
export { firstAccountAt, People, SEALED_FOR } from './people.ts';
export { accessInlineTables } from './inline-tables.ts';
export { TokensToReview } from './api-tokens/tokens-to-review.ts';
export { SESSION_ENDED, SESSIONS_CHANGED, Sessions } from './sessions.ts';
