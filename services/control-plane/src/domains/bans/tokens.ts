// Assembled for the API, where commands and queries share it.
export const BLOCK_REACH = Symbol('bans.BLOCK_REACH');

/** Whose sites and servers a block touches: the domain of clients says so. */
export const CONCERNED_CLIENTS = Symbol('bans.CONCERNED_CLIENTS');

/** Hint: jails of a server banned or let go. */
export const JAILS_SPOKE = 'bans.jails-spoke';
export interface JailsSpoke {
  readonly serverId: string;
  readonly jails: readonly string[];
}
