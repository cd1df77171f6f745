// What the process that started the control plane may ask it over Node's IPC channel. Only the parent has that channel, so
// this is as privileged as whoever can start Muster on this host; nothing of it is reachable over the network. Used by the
// local start: to print the owner's one-time link, and to enrol this machine and simulated agents before anybody exists.
import { z } from 'zod';
import { serverName, uuid } from '../values.ts';

/** Sent once by a child when it can do its work. */
export const ready = z.object({ type: z.literal('ready') });

/** `request` is echoed, so that several may be open at once. */
export const supervisorRequest = z.discriminatedUnion('type', [
  /** A fresh one-time link for the first owner; earlier ones stop working. */
  z.strictObject({ type: z.literal('owner-link'), request: uuid }),
  /** Issues an enrolment token as the system; recorded like any other. */
  z.strictObject({ type: z.literal('open-enrolment'), request: uuid, name: serverName, simulated: z.boolean() }),
]);
export type SupervisorRequest = z.infer<typeof supervisorRequest>;

export const supervisorAnswer = z.discriminatedUnion('type', [
  /** null: there is an owner already. */
  z.strictObject({ type: z.literal('owner-link'), request: uuid, link: z.url().nullable() }),
  z.strictObject({ type: z.literal('enrolment'), request: uuid, token: z.string() }),
  z.strictObject({ type: z.literal('refused'), request: uuid, reason: z.string() }),
]);
export type SupervisorAnswer = z.infer<typeof supervisorAnswer>;
