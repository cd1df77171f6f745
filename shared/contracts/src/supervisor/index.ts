// What the process that started the control plane may ask it over Node's IPC channel. Only the parent has that channel, so
// this is as privileged as whoever can start Muster on this host; nothing of it is reachable over the network. Used by the
// local start: to print the owner's one-time link, and to enrol this machine and simulated agents before anybody exists.
import { z } from 'zod';
import { witnessList } from '../agent/keyset.ts';
import { base64, serverName, signature, uuid } from '../values.ts';

/** Sent once by a child when it can do its work. */
export const ready = z.object({ type: z.literal('ready') });

/** `request` is echoed, so that several may be open at once. */
export const supervisorRequest = z.discriminatedUnion('type', [
  /** A fresh one-time link for the first owner; earlier ones stop working. */
  z.strictObject({ type: z.literal('owner-link'), request: uuid }),
  /** Issues an enrolment token as the system; recorded like any other. */
  z.strictObject({ type: z.literal('open-enrolment'), request: uuid, name: serverName, simulated: z.boolean() }),
  /** Which servers should be witnesses, and under which serial the next list goes. */
  z.strictObject({ type: z.literal('witnesses-wanted'), request: uuid }),
  /** A list signed by the root key, which only the parent holds. */
  z.strictObject({ type: z.literal('publish-witnesses'), request: uuid, body: base64, signature }),
]);
export type SupervisorRequest = z.infer<typeof supervisorRequest>;

export const supervisorAnswer = z.discriminatedUnion('type', [
  /** null: there is an owner already. */
  z.strictObject({ type: z.literal('owner-link'), request: uuid, link: z.url().nullable() }),
  z.strictObject({ type: z.literal('enrolment'), request: uuid, token: z.string() }),
  /** `list` is null when the published one is still right. */
  z.strictObject({ type: z.literal('witnesses'), request: uuid, list: witnessList.nullable() }),
  z.strictObject({ type: z.literal('done'), request: uuid }),
  z.strictObject({ type: z.literal('refused'), request: uuid, reason: z.string() }),
]);
export type SupervisorAnswer = z.infer<typeof supervisorAnswer>;
