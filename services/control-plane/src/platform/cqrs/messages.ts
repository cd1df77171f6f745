// A command or query message is made from its contract, so that handler, permission and schema cannot part ways:
//   export const BlockAddressCommand = commandOf(BlockAddress);
//   @CommandHandler(BlockAddressCommand) class … { execute({ input, context }: MessageOf<typeof BlockAddressCommand>) }
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';
import { Command, Query } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { RequestContext } from './principal.ts';

interface Message<D extends CommandDefinition | QueryDefinition> {
  readonly input: z.output<D['input']>;
  readonly context: RequestContext;
}

/** What a handler returns: the events it stored, and the answer's own fields beside `accepted`. */
export interface CommandOutcome<D extends CommandDefinition> {
  readonly eventIds: readonly string[];
  readonly replayed: boolean;
  readonly answer: Omit<z.output<D['output']>, 'commandId' | 'position' | 'replayed'>;
}

export interface CommandClass<D extends CommandDefinition> {
  new (input: z.output<D['input']>, context: RequestContext): Command<CommandOutcome<D>> & Message<D>;
  readonly definition: D;
}
export interface QueryClass<D extends QueryDefinition> {
  new (input: z.output<D['input']>, context: RequestContext): Query<z.output<D['output']>> & Message<D>;
  readonly definition: D;
}
export type MessageOf<C extends { prototype: unknown } | (abstract new (...args: never) => unknown)> =
  C extends abstract new (...args: never) => infer Instance ? Instance : never;
export type OutcomeOf<C> = C extends CommandClass<infer D> ? CommandOutcome<D> : never;
export type AnswerOf<C> = C extends QueryClass<infer D> ? z.output<D['output']> : never;

const commandClasses = new Map<string, CommandClass<CommandDefinition>>();
const queryClasses = new Map<string, QueryClass<QueryDefinition>>();

export function commandOf<D extends CommandDefinition>(definition: D): CommandClass<D> {
  const created = class extends Command<CommandOutcome<D>> implements Message<D> {
    static readonly definition = definition;
    readonly input: z.output<D['input']>;
    readonly context: RequestContext;
    constructor(input: z.output<D['input']>, context: RequestContext) {
      super();
      this.input = input;
      this.context = context;
    }
  };
  // The map forgets the exact definition; the bus looks classes up by the name it serves.
  commandClasses.set(definition.name, created as unknown as CommandClass<CommandDefinition>);
  return created;
}

export function queryOf<D extends QueryDefinition>(definition: D): QueryClass<D> {
  const created = class extends Query<z.output<D['output']>> implements Message<D> {
    static readonly definition = definition;
    readonly input: z.output<D['input']>;
    readonly context: RequestContext;
    constructor(input: z.output<D['input']>, context: RequestContext) {
      super();
      this.input = input;
      this.context = context;
    }
  };
  queryClasses.set(definition.name, created as unknown as QueryClass<QueryDefinition>);
  return created;
}

export const commandClass = (name: string) => commandClasses.get(name);
export const queryClass = (name: string) => queryClasses.get(name);
