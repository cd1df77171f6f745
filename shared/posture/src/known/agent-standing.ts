// How the agent of a server does, by its heartbeats and by the tasks it was given.
import { timestamp } from '@muster/contracts';
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

export const agentStanding = {
  name: 'agent-standing',
  sentence: 'Whether the agent answers, how its clock stands, what it dropped, and how its last changes ended',
  reading: z.strictObject({
    /** null: it has never been connected. */
    link: z
      .strictObject({
        version: said(40),
        /** null: it answers. */
        silentSince: timestamp.nullable(),
        /** Positive: its clock is ahead. null: it has not said a time yet. */
        clockSeconds: z.number().nullable(),
        /** Batches that wait on the server to be sent. */
        waiting: z.int().nonnegative(),
        /** When its spool last had to drop something. */
        droppedAt: timestamp.nullable(),
      })
      .nullable(),
    /** Tasks of which nobody knows how they ended, the oldest first. */
    unsettled: z.array(z.strictObject({ task: said(80), since: timestamp })).max(20),
    /** The last installation of an agent, when it was taken back or failed. */
    update: z.strictObject({ at: timestamp, error: said(500) }).nullable(),
  }),
} satisfies Source;
