// ACC-015: Predictable or reused application database password.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { guide, step } from '../guide.ts';
import { siteSecrets } from '../probes/site-secrets.ts';
import { sh } from '../shell.ts';

export default check({
  id: 'ACC-015',
  area: 'accounts',
  severity: 'high',
  title: 'Predictable or reused application database password',
  measured: 'DB_PASSWORD of wp-config.php and .env, judged on the server; only yes or no leaves it',
  expected: 'at least 16 characters, of no shape that is guessed first, of this site alone',
  why: 'A password of a word and a year is tried before any other. One that two sites share gives the second away with the first.',
  evidence: { file: 'File', short: 'Shorter than 16', guessable: 'Guessed early', reused: 'Used by another site' },
  fix: 'Make a new one (openssl rand -base64 24), set it with ALTER USER, write it into the file, see that the site answers.',
  undo: 'Set the old one again within the same hour; do not keep it.',
  risk: 'service',
  maps: [],
  reads: { siteSecrets },
  judge({ siteSecrets: { files, complete } }) {
    const weak = files.flatMap(({ path, password }) =>
      password !== null && (password.short || password.guessable || password.reused)
        ? [{ subject: path, evidence: { file: path, ...password } }]
        : [],
    );
    if (weak.length === 0 && !complete) return unknown('Not every wp-config.php or .env could be read');
    return files.length === 0 ? notApplicable('No site has a wp-config.php or .env') : failures(weak);
  },
  steps({ evidence: { file } }) {
    return guide(
      [
        step('Make a new password.', sh`openssl rand -base64 24`),
        step(
          `See which account of the database “${file}” names.`,
          sh`grep -nE 'DB_(NAME|USER|USERNAME|DATABASE|HOST)' -- ${file}`,
        ),
        step(
          `Set the password for that account (ALTER USER … IDENTIFIED BY …), write it into “${file}”, and see that the site answers.`,
        ),
      ],
      [step(`Set the former password again in the database and in “${file}”, within the hour.`)],
    );
  },
});
