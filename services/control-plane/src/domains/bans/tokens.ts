// Assembled for the API, where commands and queries share it.
export const BLOCK_REACH = Symbol('bans.BLOCK_REACH');
