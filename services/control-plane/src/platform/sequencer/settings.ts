// What the sequencer takes from its environment: no more than it needs, so that it can be given no more.
import { z } from 'zod';
import { SettingsError, withFiles } from '../config/secret-files.ts';
import { aliveFile } from '../config/settings.ts';

export const sequencerSettingsSchema = z.object({
  MUSTER_DATABASE_URL_SEQUENCER: z
    .string({ error: 'is missing: give a postgresql:// address' })
    .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://')
    .describe('Database as the role of the sequencer'),
  MUSTER_KEYS: z
    .string({ error: 'is missing: the folder with ledger.key and keyset.json' })
    .describe('Folder with the key files'),
  MUSTER_CHECKPOINT_SECONDS: z.coerce
    .number({ error: 'must be a number of seconds' })
    .min(0.05, 'must be at least 0.05 seconds')
    .max(3600, 'must be at most 3600 seconds')
    .default(1)
    .describe('At least this long between two signed checkpoints'),
  MUSTER_ALIVE_FILE: aliveFile,
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  REDIS_URL: z.string().optional().describe('Redis or Valkey for hints; absent: the sequencer polls'),
});
export type SequencerSettings = z.infer<typeof sequencerSettingsSchema>;

/** Throws SettingsError whose message names each variable that is wrong. */
export function readSequencerSettings(environment: NodeJS.ProcessEnv): SequencerSettings {
  const present = withFiles(environment);
  const parsed = sequencerSettingsSchema.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new SettingsError(`The environment is not complete: ${lines.join('; ')}`);
}
