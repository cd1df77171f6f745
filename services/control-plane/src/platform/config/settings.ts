// Everything the control plane takes from its environment, in one schema. A missing or wrong variable stops the start
// with a sentence that names it; values of secrets are never repeated.
import { z } from 'zod';
import { limitsShape } from './limits.ts';
import { SettingsError, withFiles } from './secret-files.ts';
import { telemetryShape } from './telemetry.ts';

export { SettingsError } from './secret-files.ts';

export const role = z.enum(['api', 'worker', 'gateway']);
export type Role = z.infer<typeof role>;

const databaseUrl = z
  .string({ error: 'is missing: give a postgresql:// address' })
  .regex(/^postgres(ql)?:\/\//, 'must start with postgresql://');
export const aliveFile = z
  .string()
  .optional()
  .describe(
    'File that signer and sequencer touch while they work: they have no listener that a health check could ask',
  );
const days = (fallback: number) => z.coerce.number().positive().max(3650).default(fallback);
const seconds = (fallback: number) => z.coerce.number().positive().max(86_400).default(fallback);

export const settingsSchema = z.object({
  MUSTER_ROLES: z
    .string()
    .default('api,worker,gateway')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(role).min(1))
    .describe('Which parts this process runs: api, worker, gateway'),
  MUSTER_PORT: z.coerce.number().int().min(0).max(65_535).default(7410).describe('Port of the HTTP listener'),
  MUSTER_BIND: z.string().default('127.0.0.1').describe('Address of the HTTP listener; loopback unless told'),
  MUSTER_PUBLIC_URL: z
    .url()
    .optional()
    .describe('Address that browsers and agents use; default http://localhost:<port>'),
  MUSTER_DATABASE_URL_APP: databaseUrl.optional().describe('Database as the role of the API'),
  MUSTER_DATABASE_URL_WORKER: databaseUrl.optional().describe('Database as the role of projections and policies'),
  MUSTER_DATABASE_URL_GATEWAY: databaseUrl.optional().describe('Database as the role of the agent gateway'),
  MUSTER_DATABASE_URL_SIGNER: databaseUrl.optional().describe('Database as the role of the signer'),
  MUSTER_DATABASE_URL_QUEUE: databaseUrl.optional().describe('Database for BullMQ when there is no Redis'),
  REDIS_URL: z
    .string()
    .regex(/^(redis|rediss|unix):\/\//, 'must start with redis:// or rediss://')
    .optional()
    .describe(
      'Redis or Valkey for queues, hints and how fast anybody may ask; absent: BullMQ runs on PostgreSQL, one process only',
    ),
  MUSTER_KEYS: z.string({ error: 'is missing: the folder with the key files' }).describe('Folder with the key files'),
  MUSTER_SECRET_FILE: z
    .string()
    .optional()
    .describe('File with 32 random bytes in base64: opens what is sealed at rest'),
  MUSTER_SECRET: z.string().optional().describe('The same as a variable, for where secrets are handed over like that'),
  MUSTER_WEB: z.string().optional().describe('Folder of the built dashboard, served by the API process when given'),
  MUSTER_RELEASES: z.string().optional().describe('Folder with the agent’s install script and tarballs'),
  MUSTER_POSTURE_POLICY: z
    .string()
    .optional()
    .describe('File with a signed policy pack, taken in by the worker at its start and whenever the file changes'),
  MUSTER_TRUSTED_PROXIES: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .describe('Addresses whose X-Forwarded-For is believed'),
  MUSTER_HEARTBEAT_SECONDS: seconds(10).describe('How often an agent says that it is alive'),
  MUSTER_SILENT_AFTER_SECONDS: seconds(35).describe('After how long without a heartbeat a server counts as silent'),
  MUSTER_SWEEP_SECONDS: seconds(60).describe('How often delivery is compared with what was asked'),
  MUSTER_TASK_EXPIRY_SECONDS: seconds(12 * 3600).describe('How long a task waits for its server'),
  MUSTER_BAN_LOG_MONTHS: z.coerce
    .number()
    .int()
    .min(2)
    .max(120)
    .default(13)
    .describe('Whole months of the ban log that are kept beside the present one'),
  MUSTER_SESSION_IDLE_SECONDS: seconds(2 * 3600).describe('A session ends after this long without use'),
  MUSTER_SESSION_SECONDS: seconds(12 * 3600).describe('A session ends after this long in any case'),
  MUSTER_SESSION_ROTATE_SECONDS: seconds(15 * 60).describe('A session gets a new token after this long'),
  MUSTER_STEP_UP_SECONDS: seconds(10 * 60).describe('How long a proof of identity opens dangerous actions'),
  MUSTER_GRANT_WARNING_DAYS: z
    .string()
    .default('14,3,1')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int().min(1).max(365)).min(1).max(10))
    .describe('Days before its end at which a grant’s holder, its giver and the owners are told'),
  MUSTER_REVIEW_EVERY_DAYS: days(90).describe('How often everybody’s access is reviewed; parts of a day are allowed'),
  MUSTER_REVIEW_DUE_DAYS: days(14).describe('How long a review may take before it is an alarm'),
  MUSTER_BACKUP_ALARM_HOURS: z.coerce
    .number()
    .min(0)
    .max(8760)
    .default(26)
    .describe('How old the last `muster backup` may be before it is an alarm; 0: backups are made in another way'),
  MUSTER_ALIVE_FILE: aliveFile,
  ...limitsShape,
  ...telemetryShape,
  MUSTER_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});
export type Settings = z.infer<typeof settingsSchema> & { readonly publicUrl: string };

/** Throws SettingsError whose message names each variable that is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const present = withFiles(environment);
  const parsed = settingsSchema.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new SettingsError(`The environment is not complete: ${lines.join('; ')}`);
  }
  return { ...parsed.data, publicUrl: parsed.data.MUSTER_PUBLIC_URL ?? `http://localhost:${parsed.data.MUSTER_PORT}` };
}

/** For a variable that only some processes need. */
export function needed(settings: Settings, name: keyof typeof settingsSchema.shape): string {
  const value = settings[name];
  if (typeof value !== 'string' || value === '') throw new SettingsError(`${name} is missing for this process`);
  return value;
}

export const SETTINGS = Symbol('SETTINGS');
