// Asking and commanding by the catalogue's own definitions: the schema types the input and checks the answer.
import type { CommandDefinition, QueryDefinition } from '@muster/contracts';
import type { z } from 'zod';
import { query, read, send } from './api.ts';
import { endpoints } from '@muster/contracts/endpoints';

type Input = Readonly<Record<string, unknown>>;

function placeOf(name: string, input: Input): { method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; rest: Input } {
  const endpoint = endpoints[name];
  if (endpoint === undefined) throw new TypeError(`${name} has no endpoint in the contract`);
  const rest: Record<string, unknown> = { ...input };
  const path = endpoint[1].replace(/:(\w+)/g, (_, key: string) => {
    const value = String(rest[key]);
    delete rest[key];
    return encodeURIComponent(value);
  });
  return { method: endpoint[0], path, rest };
}

function asParameters(input: Input): Record<string, string | number | boolean | undefined> {
  const parameters: Record<string, string | number | boolean | undefined> = {};
  for (const [name, value] of Object.entries(input))
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') parameters[name] = value;
  return parameters;
}

/** Asks a query. Also for those that need a body (a preview): they are asked with POST and change nothing. */
export function ask<Name extends string, In extends z.ZodType, Out extends z.ZodType>(
  definition: QueryDefinition<Name, In, Out>,
  input: z.input<In> & object,
  signal?: AbortSignal,
): Promise<z.output<Out>> {
  const { method, path, rest } = placeOf(definition.name, { ...(input as Input) });
  const schema = definition.output as unknown as z.ZodType<z.output<Out>>;
  if (method === 'GET') return read(`${path}${query(asParameters(rest))}`, schema, signal);
  return send(path, rest, schema, { method });
}

/** Sends a command under an idempotency key. */
export function command<Name extends string, In extends z.ZodType, Out extends z.ZodType>(
  definition: CommandDefinition<Name, In, Out>,
  input: z.input<In> & object,
  key?: string,
): Promise<z.output<Out>> {
  const { method, path, rest } = placeOf(definition.name, { ...(input as Input) });
  const schema = definition.output as unknown as z.ZodType<z.output<Out>>;
  return send(path, rest, schema, {
    method: method === 'GET' ? 'POST' : method,
    ...(key === undefined ? {} : { key }),
  });
}
