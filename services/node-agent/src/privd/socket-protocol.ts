// What agentd and the root helper say to each other over the Unix socket: one JSON object per line. The helper believes
// nothing of it: tasks and cancels carry the control plane's signature, the rest only reads or acknowledges.
import { journalEntry, keyStatement, signed, signedKeyset } from '@muster/contracts/agent';
import { banLogLine, heldState, jailFacts, tableRepair } from '@muster/contracts/bans';
import { foundSite, siteFacts } from '@muster/contracts/clients';
import { probeReport } from '@muster/contracts/posture';
import { capabilityName, inventory } from '@muster/contracts/servers';
import { z } from 'zod';

/** Longer lines end the connection. Above the wire's frame bound, since an envelope comes through as it is. */
export const MAX_LINE_BYTES = 4 * 1024 * 1024;
export const MAX_CONNECTIONS = 8;

const id = z.int().nonnegative();

export const request = z.discriminatedUnion('op', [
  z.strictObject({ id, op: z.literal('hello') }),
  z.strictObject({ id, op: z.literal('task'), envelope: signed }),
  z.strictObject({ id, op: z.literal('cancel'), envelope: signed }),
  z.strictObject({ id, op: z.literal('keyset'), keyset: signedKeyset }),
  z.strictObject({ id, op: z.literal('receipts') }),
  z.strictObject({ id, op: z.literal('acknowledge'), task: z.uuid() }),
  z.strictObject({ id, op: z.literal('journal'), from: z.int().nonnegative() }),
  z.strictObject({ id, op: z.literal('held') }),
  z.strictObject({ id, op: z.literal('ports') }),
  z.strictObject({ id, op: z.literal('jails') }),
  z.strictObject({ id, op: z.literal('sites') }),
  z.strictObject({ id, op: z.literal('endorse'), statement: keyStatement }),
  z.strictObject({ id, op: z.literal('healthy') }),
  z.strictObject({ id, op: z.literal('unavailable'), why: z.string().max(300) }),
  z.strictObject({ id, op: z.literal('probe'), probe: z.string().max(40) }),
  z.strictObject({ id, op: z.literal('watch') }),
  z.strictObject({
    id,
    op: z.literal('scanned'),
    scan: z.uuid(),
    read: z.int().nonnegative(),
    failed: z.array(z.string().max(40)).max(100),
    tookMs: z.int().nonnegative(),
  }),
  z.strictObject({ id, op: z.literal('history'), after: z.int().nonnegative(), limit: z.int().min(1).max(5000) }),
]);
export type Request = z.infer<typeof request>;

const lanes = z.enum(['guard', 'change', 'job']);

/** Each operation's answer. */
export const answers = {
  hello: z.strictObject({
    server: z.string(),
    hostKey: z.string(),
    keysetSerial: z.number(),
    seen: z.record(lanes, z.number()),
    openTasks: z.array(z.string()),
    managed: z.array(capabilityName),
    barred: z.array(z.strictObject({ capability: capabilityName, barred: z.string().nullable() })),
  }),
  task: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('received') }),
    z.strictObject({ state: z.literal('started') }),
    z.strictObject({ state: z.literal('done'), receipt: signed }),
    z.strictObject({ state: z.literal('refused'), code: z.string(), reason: z.string(), receipt: signed }),
  ]),
  cancel: z.discriminatedUnion('state', [
    z.strictObject({ state: z.literal('cancelled'), receipt: signed.nullable() }),
    z.strictObject({ state: z.literal('too-late') }),
    z.strictObject({ state: z.literal('refused'), code: z.string(), reason: z.string() }),
  ]),
  keyset: z.strictObject({ serial: z.number() }),
  receipts: z.strictObject({ receipts: z.array(z.strictObject({ task: z.string(), receipt: signed })) }),
  acknowledge: z.strictObject({}),
  journal: z.strictObject({ entries: z.array(journalEntry), next: z.number().nullable() }),
  held: z.strictObject({ held: heldState, repair: tableRepair.nullable(), nextExpiry: z.number().nullable() }),
  ports: z.strictObject({ ports: inventory.shape.ports }),
  jails: z.strictObject({ facts: jailFacts }),
  sites: siteFacts.pick({ sources: true }).extend({ sites: z.array(foundSite) }),
  endorse: z.strictObject({ signature: z.string(), fingerprint: z.string() }),
  healthy: z.strictObject({}),
  unavailable: z.strictObject({}),
  probe: z.strictObject({ report: probeReport }),
  /** Places of the host that are looked at as soon as something changes there. */
  watch: z.strictObject({ places: z.number() }),
  scanned: z.strictObject({}),
  history: z.strictObject({ lines: z.array(banLogLine) }),
} as const;
export type Operation = keyof typeof answers;
export type Answer<Op extends Operation> = z.infer<(typeof answers)[Op]>;

export const reply = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('answer'), id, answer: z.unknown() }),
  z.strictObject({ t: z.literal('error'), id: id.nullable(), code: z.string(), reason: z.string() }),
  z.strictObject({ t: z.literal('started'), task: z.string() }),
  z.strictObject({ t: z.literal('receipt'), task: z.string(), receipt: signed }),
  /** A release to be downloaded; said again until it is there. */
  z.strictObject({ t: z.literal('wanted'), name: z.string(), sha256: z.string(), bytes: z.number() }),
  /** Probes to be run now; said again until agentd has answered. */
  z.strictObject({ t: z.literal('scan'), scan: z.string(), probes: z.array(z.string()).nullable() }),
]);
export type Reply = z.infer<typeof reply>;
