// The catalogue as types: what each action takes and answers, by its name. Types only; nothing of it is in a bundle.
import type { accessCommands, accessQueries } from '@muster/contracts/access';
import type { auditQueries } from '@muster/contracts/audit';
import type { banCommands, banQueries } from '@muster/contracts/bans';
import type { clientCommands, clientQueries } from '@muster/contracts/clients';
import type { fleetQueries } from '@muster/contracts/fleet';
import type { operationCommands, operationQueries } from '@muster/contracts/operations';
import type { postureCommands, postureQueries } from '@muster/contracts/posture';
import type { releaseCommands, releaseQueries } from '@muster/contracts/releases';
import type { reviewCommands, reviewQueries } from '@muster/contracts/reviews';
import type { serverCommands, serverQueries } from '@muster/contracts/servers';
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';

type Definition = (
  | typeof accessCommands
  | typeof accessQueries
  | typeof auditQueries
  | typeof banCommands
  | typeof banQueries
  | typeof clientCommands
  | typeof clientQueries
  | typeof fleetQueries
  | typeof operationCommands
  | typeof operationQueries
  | typeof postureCommands
  | typeof postureQueries
  | typeof releaseCommands
  | typeof releaseQueries
  | typeof reviewCommands
  | typeof reviewQueries
  | typeof serverCommands
  | typeof serverQueries
)[number];

type InputOf<D> = D extends CommandDefinition | QueryDefinition ? D['input']['_zod']['input'] : never;
type OutputOf<D> = D extends CommandDefinition | QueryDefinition ? D['output']['_zod']['output'] : never;

/** `Actions['bans.BlockAddress']['input']` */
export type Actions = {
  readonly [D in Definition as D['name']]: { readonly input: InputOf<D>; readonly output: OutputOf<D> };
};
export type ActionName = keyof Actions;
