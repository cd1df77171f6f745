// A command or query message class is made from its contract, so that handler, permission and schema cannot part ways.
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';
import { Command, Query } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { RequestContext } from './principal.ts';

export interface CommandMessage<D extends CommandDefinition> {
  readonly input: z.output<D['input']>;
  readonly context: RequestContext;
}
export interface CommandClass<D extends CommandDefinition> {
  new (input: z.output<D['input']>, context: RequestContext): Command<CommandOutcome<D>> & CommandMessage<D>;
  readonly definition: D;
}
export interface QueryMessage<D extends QueryDefinition> {
  readonly input: z.output<D['input']>;
  readonly context: RequestContext;
}
export interface QueryClass<D extends QueryDefinition> {
  new (input: z.output<D['input']>, context: RequestContext): Query<z.output<D['output']>> & QueryMessage<D>;
  readonly definition: D;
}

/** What a handler returns: the events it stored, and the answer's own fields beside `accepted`. */
export interface CommandOutcome<D extends CommandDefinition> {
  readonly eventIds: readonly string[];
  readonly replayed: boolean;
  readonly answer: Omit<z.output<D['output']>, 'commandId' | 'position' | 'replayed'>;
}

export function commandOf<D extends CommandDefinition>(definition: D): CommandClass<D> {
  return class extends Command<CommandOutcome<D>> implements CommandMessage<D> {
    static readonly definition = definition;
    readonly input: z.output<D['input']>;
    readonly context: RequestContext;
    constructor(input: z.output<D['input']>, context: RequestContext) {
      super();
      this.input = input;
      this.context = context;
    }
  };
}

export function queryOf<D extends QueryDefinition>(definition: D): QueryClass<D> {
  return class extends Query<z.output<D['output']>> implements QueryMessage<D> {
    static readonly definition = definition;
    readonly input: z.output<D['input']>;
    readonly context: RequestContext;
    constructor(input: z.output<D['input']>, context: RequestContext) {
      super();
      this.input = input;
      this.context = context;
    }
  };
}
