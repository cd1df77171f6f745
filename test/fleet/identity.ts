// Who a simulated server is: its keys and its id, kept in its own folder so that a second start finds the same fleet.
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signedKeyset, type SignedKeyset } from '@muster/contracts/agent';
import { sha256Hex } from '@muster/kernel/hashing';
import { exportSigningKey, generateSigningKey, importSigningKey, type SigningKey } from '@muster/kernel/signing';
import { enrol } from '../../services/node-agent/src/link/index.ts';
import { simulatedHostname } from './facts.ts';

export const SIMULATED_VERSION = '0.1.0-simulated';

export interface SimulatedIdentity {
  name: string;
  server: string;
  agentKey: SigningKey;
  /** Stands for the root helper's key: signs receipts. */
  hostKey: SigningKey;
  rootKey: string;
  machineHash: string;
  keyset: SignedKeyset;
}

export interface KeptIdentity {
  server: string;
  agentKey: string;
  hostKey: string;
  rootKey: string;
  keyset: SignedKeyset;
}

/** The kept identity, or a new one by the token that lies in the folder. Throws when there is neither. */
export async function identityIn(folder: string, name: string, controlPlane: string): Promise<SimulatedIdentity> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'identity.json');
  const machineHash = machineHashOf(name);
  if (existsSync(path)) {
    return openIdentity(name, JSON.parse(await readFile(path, 'utf8')) as KeptIdentity);
  }
  const tokenFile = join(folder, 'token');
  const token = await readFile(tokenFile, 'utf8');
  const agentKey = generateSigningKey();
  const hostKey = generateSigningKey();
  const { answer, rootKey } = await enrol({
    controlPlane,
    token,
    keys: { agentKey, hostKey: hostKey.publicKey, sealingKey: null },
    hostname: simulatedHostname(name),
    machineHash,
    agentVersion: SIMULATED_VERSION,
    offers: ['inventory', 'bans'],
    observeOnly: false,
    simulated: true,
  });
  const kept: KeptIdentity = {
    server: answer.server,
    agentKey: exportSigningKey(agentKey),
    hostKey: exportSigningKey(hostKey),
    rootKey,
    keyset: answer.keyset,
  };
  await writeFile(path, JSON.stringify(kept), { mode: 0o600 });
  await rm(tokenFile);
  return { name, server: answer.server, agentKey, hostKey, rootKey, machineHash, keyset: answer.keyset };
}

export const machineHashOf = (name: string): string => sha256Hex(`simulated machine ${name}`);

export function openIdentity(name: string, kept: KeptIdentity): SimulatedIdentity {
  return {
    name,
    server: kept.server,
    agentKey: importSigningKey(kept.agentKey),
    hostKey: importSigningKey(kept.hostKey),
    rootKey: kept.rootKey,
    machineHash: machineHashOf(name),
    keyset: signedKeyset.parse(kept.keyset),
  };
}
