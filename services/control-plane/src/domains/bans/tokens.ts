// Parts of bans over the database of one role.
export const APP_ACCESS_VIEW = Symbol('bans.APP_ACCESS_VIEW');
export const BLOCK_REACH = Symbol('bans.BLOCK_REACH');
