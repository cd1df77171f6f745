import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSequencerSettings } from '../sequencer/settings.ts';
import { readSettings, SettingsError } from './settings.ts';

describe('an address with a password in it', () => {
  const address = 'postgresql://muster_app:not-a-real-one@postgres:5432/muster';
  let folder = '';
  let file = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'muster-settings-'));
    file = join(folder, 'database.url');
    writeFileSync(file, `${address}\n`);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read from the file that NAME_FILE names', () => {
    expect(readSettings({ MUSTER_KEYS: folder, MUSTER_DATABASE_URL_APP_FILE: file }).MUSTER_DATABASE_URL_APP).toBe(
      address,
    );
    expect(
      readSequencerSettings({ MUSTER_KEYS: folder, MUSTER_DATABASE_URL_SEQUENCER_FILE: file })
        .MUSTER_DATABASE_URL_SEQUENCER,
    ).toBe(address);
  });

  it('is checked like one from the environment, and its value is not repeated', () => {
    const redis = join(folder, 'redis.url');
    writeFileSync(redis, 'http://:hunter2@redis');
    const read = () => readSettings({ MUSTER_KEYS: folder, REDIS_URL_FILE: redis });
    expect(read).toThrow(/REDIS_URL must start with redis:/);
    expect(read).not.toThrow(/hunter2/);
  });

  it('is refused when it is given both ways', () => {
    const both = { MUSTER_KEYS: folder, MUSTER_DATABASE_URL_APP: address, MUSTER_DATABASE_URL_APP_FILE: file };
    expect(() => readSettings(both)).toThrow(
      new SettingsError('Give MUSTER_DATABASE_URL_APP or MUSTER_DATABASE_URL_APP_FILE, not both'),
    );
  });

  it('names the variable whose file cannot be read', () => {
    const missing = join(folder, 'missing');
    expect(() => readSettings({ MUSTER_KEYS: folder, REDIS_URL_FILE: missing })).toThrow(
      `REDIS_URL_FILE is ${missing}, which cannot be read`,
    );
  });
});

describe('a file that is not an address with a password', () => {
  it('stays a path', () => {
    const settings = readSettings({ MUSTER_KEYS: '/keys', MUSTER_SECRET_FILE: '/keys/secrets.key' });
    expect(settings.MUSTER_SECRET_FILE).toBe('/keys/secrets.key');
  });
});
