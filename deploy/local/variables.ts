// What a person may set for the local start. The reference page of the environment lists these beside the control plane's.
export interface Variable {
  name: string;
  sentence: string;
  fallback: string;
}

export const LOCAL_VARIABLES = [
  {
    name: 'MUSTER_DATA',
    sentence: 'Folder in which the local start keeps everything',
    fallback: '.muster in the clone',
  },
  { name: 'MUSTER_PORT', sentence: 'Port of the pages, the API and the agents’ link', fallback: '7410' },
  {
    name: 'MUSTER_BIND',
    sentence: 'Address to listen on; anything but loopback opens Muster to the network',
    fallback: '127.0.0.1',
  },
  {
    name: 'MUSTER_PUBLIC_URL',
    sentence: 'Address under which browsers and servers reach it',
    fallback: 'http://localhost:<port>',
  },
  {
    name: 'MUSTER_BACKUP_ALARM_HOURS',
    sentence: 'How old the last backup may be before it is an alarm; 0: nobody watches',
    fallback: '0',
  },
  { name: 'REDIS_URL', sentence: 'A Redis or Valkey of yours, used instead of a private one', fallback: 'none' },
] as const satisfies readonly Variable[];

export interface LocalSettings {
  port: number;
  bind: string;
  publicUrl: string;
  backupAlarmHours: string;
  redisUrl: string | undefined;
}

/** Throws with a sentence that names the variable. */
export function readLocalSettings(environment: NodeJS.ProcessEnv): LocalSettings {
  const given = (name: (typeof LOCAL_VARIABLES)[number]['name']): string | undefined => environment[name] || undefined;
  const portText = given('MUSTER_PORT') ?? '7410';
  const port = Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`MUSTER_PORT is "${portText}"; it must be a port between 1 and 65535.`);
  }
  const publicUrl = given('MUSTER_PUBLIC_URL') ?? `http://localhost:${port}`;
  if (!URL.canParse(publicUrl) || !/^https?:$/.test(new URL(publicUrl).protocol)) {
    throw new Error(`MUSTER_PUBLIC_URL is "${publicUrl}"; it must be an address like https://muster.example.com.`);
  }
  return {
    port,
    bind: given('MUSTER_BIND') ?? '127.0.0.1',
    publicUrl: publicUrl.replace(/\/$/, ''),
    // It is there to try Muster out: nobody is nagged for a backup of that.
    backupAlarmHours: given('MUSTER_BACKUP_ALARM_HOURS') ?? '0',
    redisUrl: given('REDIS_URL'),
  };
}
