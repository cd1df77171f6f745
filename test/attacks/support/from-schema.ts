// Values for a JSON Schema, as fast-check makes them: mostly what the schema allows, so that they get past the door, and now
// and then what no schema allows.
import fc from 'fast-check';

export interface Schema {
  type?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  additionalProperties?: boolean | Schema;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  maxItems?: number;
}

/** What breaks programs: bytes a database refuses, numbers at the edge, markup, other people's prototypes. */
const HOSTILE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...['\0', '\ud800', '\u001b]0;owned\u0007', '<script>alert(1)</script>', "'; drop table people; --", '=1+1'],
    ...['../../../../etc/passwd', '%00', '${jndi:ldap://x}', '\u202egnp.exe', 'x'.repeat(5000), '', ' ', '-0', '1e999'],
    ...[-1, 0, 2 ** 53, -(2 ** 63), 1.5, null, true, [], {}, [[[[[]]]]], { $ne: null }, { toString: 1 }],
    ...[JSON.parse('{"__proto__":{"admin":true}}'), JSON.parse('{"constructor":{"prototype":{"x":1}}}')],
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 3 }),
);

const RANGES = ['203.0.113.9', '198.51.100.0/24', '2001:db8::/64', '10.0.0.1', '0.0.0.0/0', '::', '127.0.0.1', '1.2.3'];

/** `ids` are of things that exist, so that what is built on them is reached as well. */
export function fromSchema(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: fitting(schema, ids) }, { weight: 1, arbitrary: HOSTILE });
}

function fitting(schema: Schema, ids: readonly string[]): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map((choice) => fromSchema(choice, ids)));
  switch (schema.type) {
    case 'string':
      return text(schema, ids);
    case 'integer':
      return fc.integer({
        min: Math.max(schema.minimum ?? -1000, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 2000, 2 ** 31 - 1),
      });
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fromSchema(schema.items ?? {}, ids), { maxLength: Math.min(schema.maxItems ?? 4, 4) });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, fromSchema(inner, ids)]),
        ),
        { requiredKeys: schema.required ?? [] },
      );
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function text(schema: Schema, ids: readonly string[]): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.oneof(fc.constantFrom(...ids), fc.uuid());
  if (schema.format === 'date-time') {
    return fc
      .date({ noInvalidDate: true, min: new Date(0), max: new Date('2200-01-01') })
      .map((date) => date.toISOString());
  }
  const length = { minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 80, 300) };
  return fc.oneof(
    fc.constantFrom(...RANGES, 'Europe/Berlin', 'a good reason', 'fra-web-01', 'web'),
    fc.string({ unit: 'grapheme', ...length }),
    fc.lorem({ maxCount: 3 }),
  );
}
