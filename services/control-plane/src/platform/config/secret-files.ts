// Addresses that carry a password may come from a file instead of the environment, where every child process and every
// `docker inspect` would show them: NAME_FILE names a file with the value of NAME.
import { readFileSync } from 'node:fs';

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** What may be given as NAME_FILE: whatever holds a password. */
const HOLDS_A_PASSWORD = /^(?:MUSTER_DATABASE_URL_[A-Z]+|REDIS_URL)$/;

/**
 * The variables that are set, with the content of each named file in the place of its variable. Throws SettingsError when
 * a file cannot be read, or a variable is given both ways.
 */
export function withFiles(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const settings = new Map<string, string>(given);
  for (const [name, path] of given) {
    const variable = name.replace(/_FILE$/, '');
    if (variable === name || !HOLDS_A_PASSWORD.test(variable)) continue;
    if (settings.has(variable)) throw new SettingsError(`Give ${variable} or ${name}, not both`);
    settings.set(variable, contentOf(name, path));
  }
  return Object.fromEntries(settings);
}

function contentOf(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new SettingsError(`${name} is ${path}, which cannot be read`, { cause: error });
  }
}
