// Access: who is there, how they prove it, what they may, and who looks after them.
import { accountCommands, accountQueries } from './account.ts';
import { grantCommands, grantQueries } from './grants.ts';
import { networkCommands, networkQueries } from './networks.ts';
import { peopleCommands, peopleQueries } from './people.ts';
import { tokenCommands, tokenQueries } from './tokens.ts';

export * from './account.ts';
export * from './events.ts';
export * from './grants.ts';
export * from './networks.ts';
export * from './people.ts';
export * from './sign-in.ts';
export * from './tokens.ts';
export * from './values.ts';

export const accessCommands = [
  ...accountCommands,
  ...peopleCommands,
  ...grantCommands,
  ...tokenCommands,
  ...networkCommands,
] as const;
export const accessQueries = [
  ...accountQueries,
  ...peopleQueries,
  ...grantQueries,
  ...tokenQueries,
  ...networkQueries,
] as const;
