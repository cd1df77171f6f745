// Passwords that sites use for their databases, judged where they lie. Of each only booleans leave the server: too short,
// of a shape that is guessed first, used by another site as well.
import { z } from 'zod';
import { couldNot, lines, probe, said } from '../probe.ts';
import { WEB_ROOTS } from './web-files.ts';

const LEAST_LENGTH = 16;
const MOST_FILES = 300;

const secretFile = z.strictObject({
  path: said(300),
  /** null: the file names no password. */
  password: z.strictObject({ short: z.boolean(), guessable: z.boolean(), reused: z.boolean() }).nullable(),
  /** The site shows its errors to whoever asks. */
  debug: z.boolean(),
});

export const siteSecrets = probe('site-secrets', {
  sentence: 'Whether sites’ database passwords are short, guessable or shared, and whether they run in debug mode',
  cadence: 'daily',
  costMs: 300,
  privilege: 'wp-config.php and .env of sites',
  reading: z.strictObject({ files: z.array(secretFile).max(MOST_FILES), complete: z.boolean() }),
  async gather(host, unreadable) {
    const roots = await host.run('find', [...WEB_ROOTS, '/home', '-maxdepth', '0', '-printf', '%p\\n']);
    const places = lines(roots?.stdout ?? '');
    if (places.length === 0) return { files: [], complete: true };
    const found = await host.run('find', [
      ...places,
      '-maxdepth',
      '6',
      '-type',
      'f',
      '(',
      '-name',
      'wp-config.php',
      '-o',
      '-name',
      '.env',
      ')',
      '-printf',
      '%p\\n',
    ]);
    let complete = found?.code === 0;
    if (!complete) couldNot('web roots', found, unreadable);
    const sites: { path: string; password: string | null; debug: boolean }[] = [];
    for (const path of lines(found?.stdout ?? '').slice(0, MOST_FILES)) {
      const file = await host.read(path);
      if (file.state === 'unreadable') {
        complete = false;
        unreadable.push({ what: path.slice(0, 80), why: file.why.slice(0, 200) });
      }
      if (file.state === 'read') sites.push({ path, ...secretsIn(file.text) });
    }
    return {
      files: sites.map(({ path, password, debug }) => ({
        path: path.slice(0, 300),
        password:
          password === null
            ? null
            : {
                short: password.length < LEAST_LENGTH,
                guessable: isGuessable(password, path),
                reused: sites.some((other) => other.path !== path && other.password === password),
              },
        debug,
      })),
      complete,
    };
  },
});

function secretsIn(text: string): { password: string | null; debug: boolean } {
  const [, fromPhp] = /^[^#\n/]*define\s*\(\s*['"]DB_PASSWORD['"]\s*,\s*'((?:[^'\\]|\\.)*)'/m.exec(text) ?? [];
  const [, fromEnv] =
    /^\s*(?:export\s+)?(?:DB_PASSWORD|DATABASE_PASSWORD|MYSQL_PASSWORD)\s*=\s*["']?([^"'\n]*)/m.exec(text) ?? [];
  const password = fromPhp ?? fromEnv ?? '';
  return {
    password: password === '' ? null : password,
    debug: /^\s*APP_DEBUG\s*=\s*["']?(?:true|1)\b/im.test(text),
  };
}

/** Shapes that are tried before all others: a word with a year or a few digits, rows of the keyboard, the site's own name. */
function isGuessable(password: string, path: string): boolean {
  const low = password.toLowerCase();
  if (/^[a-z]+[\W_]?(?:19|20)?\d{0,4}[!?.#$*]*$/i.test(password) && password.length < 24) return true;
  if (/qwert|asdf|yxcv|zxcv|12345|password|passwort|letmein|admin|secret|wordpress|mysql/.test(low)) return true;
  const names = path
    .split('/')
    .filter((part) => part.length >= 4 && !/^(?:www|html|htdocs|httpdocs|public_html|home|srv|vhosts)$/.test(part));
  return names.some((name) => low.includes(name.toLowerCase().replace(/\..*$/, '')));
}
