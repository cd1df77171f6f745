// Releases of the agent as the release key signed them: what the files of an installed one must be.
import { z } from 'zod';
import { said, type Source } from '../probe.ts';

export const releasedAgents = {
  name: 'released-agents',
  sentence: 'Releases of the agent that the release key signed, with the hash of their files',
  reading: z.strictObject({
    releases: z.array(z.strictObject({ version: said(40), inputs: z.string().max(64) })).max(200),
  }),
} satisfies Source;
