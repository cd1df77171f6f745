// What specs of the production stack do and look at again and again.
import { X509Certificate, createHash } from 'node:crypto';
import { connect } from 'node:tls';
import { chromium, type Browser } from 'playwright-core';
import { BlockAddress } from '@muster/contracts/bans';
import { GetOperation } from '@muster/contracts/operations';
import type { EnrolledServer } from '../../lab/enrol.ts';
import type { Machine } from '../../lab/machine.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { CHROMIUM } from '../../support/parts.ts';
import { eventually } from '../support/lab-under-test.ts';

/** Chromium that trusts this certificate (PEM) beside those of public authorities, and no other. */
export function browserTrusting(certificate: string): Promise<Browser> {
  const key = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  const pin = createHash('sha256').update(key).digest('base64');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', `--ignore-certificate-errors-spki-list=${pin}`],
  });
}

export const block = (api: ApiClient, address: string) =>
  api.call(BlockAddress, {
    range: address,
    reason: 'A test of the production stack',
    seconds: null,
    target: { kind: 'fleet' },
  });

/** The operation, once it is over. */
export const enforced = (api: ApiClient, operationId: string) =>
  eventually(
    `operation ${operationId}`,
    async () => {
      try {
        return await api.call(GetOperation, { operationId });
      } catch (error) {
        // The request was under way to the process that died.
        return { state: String(error) };
      }
    },
    (operation) => operation.state === 'done' || operation.state === 'failed',
    90_000,
  );

export const banTable = ({ machine }: EnrolledServer): Promise<string> => machine.sh('nft list table inet muster');

/** The keysets that a server's two programs hold, as they were signed. */
export async function keysetsOn({ machine }: EnrolledServer): Promise<unknown[]> {
  const said = await machine.sh('cat /var/lib/muster-agent/keyset.json /var/lib/muster-privd/keyset.json');
  return [...said.matchAll(/"body":\s*"([^"]+)"/g)].map(([, body]) => body);
}

/** The fingerprint of the certificate that a stranger is shown at the door. */
export async function fingerprintAt(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '');
      socket.end();
    }).once('error', reject);
  });
}

/** Which of these (`address/port`) a machine can connect to; all are tried at once. */
export async function reachedFrom(machine: Machine, targets: readonly string[]): Promise<string[]> {
  const tries = targets.map((target) => `(timeout 2 bash -c '</dev/tcp/${target}' 2>/dev/null && echo ${target}) &`);
  return (await machine.sh(`${tries.join('\n')}\nwait`)).split('\n').filter((line) => line !== '');
}
