// Import: one list of clients, sites and people, from another system. Found again by external reference, so the same
// list twice changes nothing; every line is answered for.
import { z } from 'zod';
import { command, query } from '../define.ts';
import { accepted } from '../values.ts';
import { clientName, clientRole, externalRef, siteName } from './values.ts';

export const MOST_IMPORTED = 2000;

const nothing = z.literal('').transform(() => null);
const optional = <T extends z.ZodType>(schema: T) => z.union([nothing, schema, z.null()]).default(null);

/** A line as the other system says it; columns of a CSV have the same names. */
export const importRow = z.strictObject({
  /** Where it stands in the file it comes from; absent: its place in this list. */
  line: z.int().positive().max(1_000_000_000).optional(),
  kind: z.string().max(40),
  ref: z.string().max(200).default(''),
  /** Of a client or a person. */
  name: z.string().max(400).default(''),
  /** The client’s reference, of a site or a person. */
  client: z.string().max(200).default(''),
  /** Of a site. */
  domain: z.string().max(400).default(''),
  /** Name of a site’s server. */
  server: z.string().max(200).default(''),
  /** Of a person. */
  email: z.string().max(400).default(''),
  role: z.string().max(60).default(''),
});
export type ImportRow = z.infer<typeof importRow>;
export const IMPORT_COLUMNS = ['kind', 'ref', 'name', 'client', 'domain', 'server', 'email', 'role'] as const;

/** What a line means once it is understood. */
export const understoodRow = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('client'), ref: externalRef, name: clientName }),
  z.object({
    kind: z.literal('site'),
    ref: externalRef,
    client: externalRef,
    domain: siteName,
    server: optional(z.string().trim().max(63)),
  }),
  z.object({
    kind: z.literal('person'),
    ref: externalRef,
    client: externalRef,
    name: z.string().trim().min(1, 'A person needs a name').max(120),
    email: z.email('is not an address like ada@shop.example'),
    role: clientRole,
  }),
]);
export type UnderstoodRow = z.infer<typeof understoodRow>;

export const importLine = z.strictObject({
  /** Of the file, where the list says so; else from 1. */
  line: z.int().positive(),
  kind: z.string(),
  ref: z.string(),
  outcome: z.enum(['create', 'change', 'same', 'refused']),
  /** What it says, in a sentence. */
  what: z.string(),
  /** Of a refused line: the column. */
  column: z.string().nullable(),
  /** Of a refused line: what to write instead. */
  instead: z.string().nullable(),
});
export type ImportLine = z.infer<typeof importLine>;

const report = {
  create: z.int().nonnegative(),
  change: z.int().nonnegative(),
  same: z.int().nonnegative(),
  refused: z.int().nonnegative(),
  lines: z.array(importLine),
};
const rows = z
  .array(importRow)
  .min(1, 'There is no line in it')
  .max(
    MOST_IMPORTED,
    `At most ${MOST_IMPORTED} lines at once; a list may be cut, because what is there already stays the same`,
  );

export const PreviewImport = query('clients.PreviewImport', {
  risk: 'low',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Say line by line what an import would do, before it is done',
  input: z.strictObject({ rows }),
  output: z.strictObject(report),
});
export const ImportClients = command('clients.ImportClients', {
  risk: 'high',
  on: 'fleet',
  roles: ['operator'],
  sentence: 'Import clients, their sites and their people; what is there already stays',
  input: z.strictObject({ rows }),
  output: accepted.extend(report),
});
