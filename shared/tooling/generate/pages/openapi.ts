// docs/reference/openapi.json: the HTTP API (OpenAPI 3.1), from the same catalogue that the controllers answer from.
import { z } from 'zod';
import type { CommandDefinition, QueryDefinition } from '../../../contracts/src/index.ts';

type Action = CommandDefinition | QueryDefinition;
type Endpoints = Readonly<Record<string, readonly [method: string, path: string]>>;

/** What stands outside of the catalogue: signing in, before there is anybody to authorise. */
export interface PlainRoute {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  sentence: string;
  input?: z.ZodType;
  output: z.ZodType;
}

export function openApi(
  actions: readonly Action[],
  endpoints: Endpoints,
  plain: readonly PlainRoute[],
  problem: z.ZodType,
): string {
  const paths: Record<string, Record<string, unknown>> = {};
  const add = (method: string, path: string, operation: object): void => {
    const template = path.replaceAll(/:([a-zA-Z]+)/g, '{$1}');
    (paths[template] ??= {})[method.toLowerCase()] = operation;
  };
  for (const action of actions) {
    const endpoint = endpoints[action.name];
    if (endpoint === undefined) throw new Error(`${action.name} has no endpoint in shared/contracts/src/endpoints.`);
    const [method, path] = endpoint;
    add(method, path, operationOf(action, method, path));
  }
  for (const route of plain) {
    add(route.method, route.path, {
      summary: route.sentence,
      security: [],
      ...(route.input === undefined ? {} : { requestBody: jsonBody(schemaOf(route.input, 'input')) }),
      responses: responses(route.output),
    });
  }
  const document = {
    openapi: '3.1.0',
    info: { title: 'Muster', version: '0.2.0', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-muster' },
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'muster_ and 46 letters and digits' },
      },
    },
    security: [{ session: [] }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function operationOf(action: Action, method: string, path: string): object {
  const inPath = new Set([...path.matchAll(/:([a-zA-Z]+)/g)].map(([, name]) => name));
  const input = schemaOf(action.input, 'input');
  const properties = Object.entries(input.properties ?? {});
  const required = new Set(input.required ?? []);
  const rest = properties.filter(([name]) => !inPath.has(name));
  const parameters = properties
    .filter(([name]) => inPath.has(name) || method === 'GET')
    .map(([name, schema]) => ({
      name,
      in: inPath.has(name) ? 'path' : 'query',
      required: inPath.has(name) || required.has(name),
      schema,
    }));
  const header = { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', format: 'uuid' } };
  const body = {
    ...input,
    properties: Object.fromEntries(rest),
    required: [...required].filter((name) => !inPath.has(name)),
  };
  return {
    operationId: action.name,
    summary: action.sentence,
    description: needs(action),
    'x-muster-permission': action.permission.name,
    'x-muster-risk': action.permission.risk,
    // A session opens everything its person may; a token what the catalogue leaves to programs.
    security: action.tokens ? [{ session: [] }, { token: [] }] : [{ session: [] }],
    tags: [action.name.split('.')[0]],
    parameters: action.kind === 'command' ? [...parameters, header] : parameters,
    ...(method === 'GET' ? {} : { requestBody: jsonBody(body) }),
    responses: responses(action.output, action.kind === 'command' ? '202' : '200'),
  };
}

function needs(action: Action): string {
  const { name, on } = action.permission;
  const where = on === 'self' ? 'It is about the caller’s own account.' : `Needs the permission \`${name}\`.`;
  const stepUp = action.kind === 'command' && action.stepUp ? ' The person proves himself again, within minutes.' : '';
  return `${where}${stepUp}${action.tokens ? '' : ' Not for API tokens.'}`;
}

function responses(output: z.ZodType, status = '200'): object {
  return {
    [status]: { description: 'The answer', content: { 'application/json': { schema: schemaOf(output, 'output') } } },
    default: {
      description: 'What stopped it, and what to do next (RFC 9457)',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  };
}

function jsonBody(schema: object): object {
  return { required: true, content: { 'application/json': { schema } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.JSONSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
