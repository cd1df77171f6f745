// The install script runs as root and believes nobody on the way: whatever stands between a server and its control plane, only
// what the root key vouches for is unpacked.
import { generateSigningKey, signFor } from '@muster/kernel/signing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Mirror } from '../../lab/mirror.ts';
import { labUnderTest, type LabUnderTest } from '../support/lab-under-test.ts';

const FLOOR = '/var/lib/muster-privd/update/floor';

describe('the install script', () => {
  let up: LabUnderTest;
  let mirror: Mirror;
  let before = '';

  const state = () =>
    up.first.machine.sh('readlink /opt/muster-agent/current; ls -la --time-style=full-iso /opt/muster-agent/versions');
  const install = async (token?: string) => {
    const { machine } = up.first;
    await machine.sh(`curl -fsS ${mirror.url}/agent/install.sh -o /root/muster-install.sh`);
    return machine.trySh(`sh /root/muster-install.sh --server ${mirror.url}`, { input: `${token ?? ''}\n` });
  };
  const refused = async (sentence: string, token?: string): Promise<void> => {
    const ran = await install(token);
    expect(ran.stderr).toContain(sentence);
    expect(ran.code).toBe(1);
    expect(await state()).toBe(before);
  };
  /** Changes one line of the proof. */
  const forge = (change: (lines: Map<string, string>) => void): void => {
    mirror.instead = (path, honest) => {
      if (!path.endsWith('/proof')) return honest;
      const lines = new Map(
        honest
          .toString()
          .trim()
          .split('\n')
          .map((line) => line.split(' ') as [string, string]),
      );
      change(lines);
      return [...lines].map(([word, value]) => `${word} ${value}\n`).join('');
    };
  };
  const signedBy = (key: ReturnType<typeof generateSigningKey>, purpose: Parameters<typeof signFor>[0], body = '') =>
    signFor(purpose, key, Buffer.from(body, 'base64'));

  beforeAll(async () => {
    up = await labUnderTest();
    mirror = await Mirror.of(up.lab.url);
    // A proven release of another spec may have raised it above what this clone offers.
    await up.first.machine.trySh(`mv ${FLOOR} /root/floor`);
    before = await state();
  });
  afterAll(async () => {
    await mirror?.close();
    await up.first.machine.trySh(`rm -f /root/muster-install.sh; mv /root/floor ${FLOOR}`);
  });

  it('refuses a release of another key, under its own name and under the release key’s', async () => {
    const thief = generateSigningKey();
    forge((lines) => {
      lines.set('release-key', thief.keyId);
      lines.set('release-signature', signedBy(thief, 'muster/release/v1', lines.get('release')));
    });
    await refused('does not vouch for the release key');
    forge((lines) => lines.set('release-signature', signedBy(thief, 'muster/release/v1', lines.get('release'))));
    await refused('not signed by the release key');
  });

  it('refuses a keyset that another root signed, whether it says so or not', async () => {
    const thief = generateSigningKey();
    forge((lines) => lines.set('keyset-signature', signedBy(thief, 'muster/keyset/v1', lines.get('keyset'))));
    await refused('not signed by the root key');
    forge((lines) => {
      lines.set('root-key', thief.publicKey);
      lines.set('keyset-signature', signedBy(thief, 'muster/keyset/v1', lines.get('keyset')));
    });
    await refused('another root key than this server pinned');
  });

  it('refuses a root key that the token does not name, on a server that was never enrolled', async () => {
    await up.first.machine.sh('mv /var/lib/muster-agent/agent.json /root/');
    try {
      mirror.instead = (_path, honest) => honest;
      await refused(
        'another root key than the token names',
        `muster1.${'0'.repeat(32)}.${'a'.repeat(32)}.${'0'.repeat(32)}`,
      );
    } finally {
      await up.first.machine.sh('mv /root/agent.json /var/lib/muster-agent/');
    }
  });

  it('unpacks nothing that is not what was signed', async () => {
    mirror.instead = (path, honest) => (path.endsWith('.tar.gz') ? Buffer.concat([honest, Buffer.from('x')]) : honest);
    await refused('not what was signed');
  });

  it('goes not below the security floor of the server, though everything is signed', async () => {
    mirror.instead = (_path, honest) => honest;
    await up.first.machine.sh(`mkdir -p $(dirname ${FLOOR}) && echo version=99.0.0 > ${FLOOR}`);
    await refused('below the security floor 99.0.0');
    await up.first.machine.sh(`rm ${FLOOR}`);
  });

  it('installs over an honest mirror, and says who signed', async () => {
    const ran = await install();
    expect(ran.stdout).toContain('the release key, for which the root key vouches, signed this release');
    expect(ran.code, ran.stderr).toBe(0);
  }, 120_000);
});
