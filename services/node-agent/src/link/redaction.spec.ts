// What looks like a secret does not leave the host, and what does not is left as it is.
import { describe, expect, it } from 'vitest';
import { redactDeep } from './redaction.ts';

describe('redaction', () => {
  it('blanks what looks like a secret and leaves the rest', () => {
    const told = redactDeep({
      process: 'mysqld --password=hunter2 --port 3306',
      url: 'https://user:pw@example.test/x',
      hash: 'root:$y$j9T$abcdefgh$ijklmnop:19000',
      header: 'Authorization: Bearer abc.def.ghi',
      env: 'DB_PASSWORD="s3cret" WP_HOME=/var/www',
      key: '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----',
      plain: ['nginx', 22, null],
    });
    const text = JSON.stringify(told);
    for (const secret of ['hunter2', 'user:pw', 'ijklmnop', 'abc.def', 's3cret', '\\nabc\\n'])
      expect(text).not.toContain(secret);
    for (const kept of ['--port 3306', 'example.test/x', 'WP_HOME=/var/www', 'nginx']) expect(text).toContain(kept);
  });
});
