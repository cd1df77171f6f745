// How the catalogue is declared. Each event, permission, command, query, task and live topic is declared once with a
// sentence; reference pages, permission checks and message schemas are generated from these objects.
import type { z } from 'zod';
import { permissionName } from './permission-name.ts';

export type Risk = 'low' | 'medium' | 'high' | 'critical';

/**
 * Built-in roles that a definition may name. `owner` holds everything and `auditor` every query; neither is spelled out.
 */
export type NamedRole = 'operator' | 'security' | 'backup' | 'contractor' | 'client-admin' | 'client-viewer';

/** What an action can be about, named by one field of its input. */
export type SubjectKind =
  'server' | 'group' | 'target' | 'operation' | 'block' | 'waiver' | 'waiver-target' | 'client' | 'scope' | 'grant';

/**
 * Where somebody needs the permission:
 * - `self`: nowhere, it is about the caller's own account;
 * - `fleet`: on the whole fleet;
 * - `visible`: anywhere; the answer holds only what the caller's scopes show;
 * - `[kind, field]`: on the thing whose id stands in that field. One outside of the caller's scopes is "not found".
 */
export type Reach = 'self' | 'fleet' | 'visible' | readonly [kind: SubjectKind, field: string];

/** What an event is, for filters and for the reader: somebody acted, something was observed, was refused, was read. */
export type EventClass = 'action' | 'fact' | 'refusal' | 'read' | 'digest';

export interface EventDefinition<Type extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly kind: 'event';
  /** `<domain>.<PastTense>`, stable for ever. */
  readonly type: Type;
  readonly version: number;
  readonly class: EventClass;
  /** What happened, in one sentence, for the reference page. */
  readonly sentence: string;
  readonly schema: Schema;
  readonly example: z.output<Schema>;
}

export interface PermissionDefinition<Name extends string = string> {
  readonly kind: 'permission';
  /** `<domain>.<thing>.<verb>` */
  readonly name: Name;
  /** What it lets somebody do: the sentence of its command or query. */
  readonly sentence: string;
  readonly risk: Risk;
  readonly on: Reach;
  /** The one command or query that it opens. */
  readonly opens: string;
  readonly changes: boolean;
  readonly roles: readonly NamedRole[];
}

interface Allowing {
  readonly risk: Risk;
  readonly on: Reach;
  readonly roles: readonly NamedRole[];
}

export interface CommandDefinition<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly kind: 'command';
  /** `<domain>.<VerbThing>` */
  readonly name: Name;
  readonly permission: PermissionDefinition;
  readonly sentence: string;
  /** Too dangerous for a browser somebody walked away from: the person proves again who they are, within minutes. */
  readonly stepUp: boolean;
  /** Whether an API token may do it. What a person proves himself for, or does to his own account, is not for tokens. */
  readonly tokens: boolean;
  /** Fields of the answer that are shown once, with what a repeat of the command shows in their place. */
  readonly shownOnce: Readonly<Record<string, string | null>>;
  readonly input: Input;
  readonly output: Output;
}

export interface QueryDefinition<
  Name extends string = string,
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
> {
  readonly kind: 'query';
  readonly name: Name;
  readonly permission: PermissionDefinition;
  readonly sentence: string;
  /** A sensitive read leaves an event of its own. */
  readonly sensitive: boolean;
  /** Whether an API token may ask it. */
  readonly tokens: boolean;
  readonly input: Input;
  readonly output: Output;
}

/** Guard never waits behind anything; change is ordered; job may take hours. */
export type Lane = 'guard' | 'change' | 'job';

export interface TaskDefinition<
  Name extends string = string,
  Args extends z.ZodType = z.ZodType,
  Evidence extends z.ZodType = z.ZodType,
> {
  readonly kind: 'task';
  /** `<capability>.<verb>@<version>` */
  readonly name: Name;
  readonly capability: string;
  /** It concerns the agent itself and not the host: also a server whose capabilities only observe may be asked. */
  readonly inObserve?: true;
  readonly lane: Lane;
  /**
   * What follows in its lane is sent once it is over, because it decides whether the host may be changed at all. Agents up
   * to 0.1.0 ask that when a task arrives and not when its turn comes, and refuse what arrives too early.
   */
  readonly barrier?: true;
  readonly sentence: string;
  readonly args: Args;
  /** What a receipt of success carries as parsed fields. */
  readonly evidence: Evidence;
  /** Most servers one operation may reach in a minute before the signer refuses. */
  readonly maxPerMinute: number;
}

export interface TopicDefinition<Name extends string = string> {
  readonly kind: 'topic';
  /** `bans`, or with a subject `server:<id>`. */
  readonly name: Name;
  readonly hasSubject: boolean;
  /** The query whose answer it tells of; who may ask that may listen. */
  readonly query: string;
  readonly sentence: string;
}

export function event<Type extends string, Schema extends z.ZodType>(
  type: Type,
  definition: Omit<EventDefinition<Type, Schema>, 'kind' | 'type' | 'version'> & { version?: number },
): EventDefinition<Type, Schema> {
  return { kind: 'event', type, version: 1, ...definition };
}

function permissionFor(
  opens: string,
  changes: boolean,
  { risk, on, roles, sentence }: Allowing & { sentence: string },
): PermissionDefinition {
  return { kind: 'permission', name: permissionName(opens), sentence, risk, on, opens, changes, roles };
}

export function command<Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  name: Name,
  {
    risk,
    on,
    roles,
    ...definition
  }: Omit<CommandDefinition<Name, Input, Output>, 'kind' | 'name' | 'permission' | 'stepUp' | 'tokens' | 'shownOnce'> &
    Allowing & {
      /** A critical command asks for it unless told otherwise. */
      stepUp?: boolean;
      /** Unless told otherwise: what needs no step-up and is not about the caller's own account. */
      tokens?: boolean;
      shownOnce?: Readonly<Record<string, string | null>>;
    },
): CommandDefinition<Name, Input, Output> {
  const permission = permissionFor(name, true, { risk, on, roles, sentence: definition.sentence });
  const stepUp = definition.stepUp ?? risk === 'critical';
  const tokens = definition.tokens ?? (!stepUp && on !== 'self');
  return { kind: 'command', name, permission, shownOnce: {}, ...definition, stepUp, tokens };
}

export function query<Name extends string, Input extends z.ZodType, Output extends z.ZodType>(
  name: Name,
  {
    risk,
    on,
    roles,
    ...definition
  }: Omit<QueryDefinition<Name, Input, Output>, 'kind' | 'name' | 'permission' | 'sensitive' | 'tokens'> &
    Allowing & { sensitive?: boolean; tokens?: boolean },
): QueryDefinition<Name, Input, Output> {
  const permission = permissionFor(name, false, { risk, on, roles, sentence: definition.sentence });
  return { kind: 'query', name, permission, sensitive: false, tokens: on !== 'self', ...definition };
}

export function task<Name extends string, Args extends z.ZodType, Evidence extends z.ZodType>(
  name: Name,
  definition: Omit<TaskDefinition<Name, Args, Evidence>, 'kind' | 'name'>,
): TaskDefinition<Name, Args, Evidence> {
  return { kind: 'task', name, ...definition };
}

export function topic<Name extends string>(
  name: Name,
  definition: Omit<TopicDefinition<Name>, 'kind' | 'name'>,
): TopicDefinition<Name> {
  return { kind: 'topic', name, ...definition };
}
