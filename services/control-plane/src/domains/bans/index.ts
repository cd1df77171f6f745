// Bans: what other domains may use.
export { BansOverview, type BansSummary, type BanState, type ServerBans } from './overview.ts';
export type { BlockedPlace, ConcernedClients } from './concerned-clients.ts';
export { CONCERNED_CLIENTS, JAILS_SPOKE, type JailsSpoke } from './tokens.ts';
