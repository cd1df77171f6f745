// Bans: what other domains may use.
export { BansOverview, type BansSummary, type BanState, type ServerBans } from './overview.ts';
export { JAILS_SPOKE, type JailsSpoke } from './tokens.ts';
