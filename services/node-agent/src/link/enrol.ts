// Enrolment: shows the one-time token and our public keys, and takes a server id only from a control plane whose root key
// is the one that the token names. From then on that key is pinned.
import { enrolAnswer, enrolmentToken } from '@muster/contracts/agent';
import type { EnrolAnswer, EnrolRequest, Keyset } from '@muster/contracts/agent';
import type { CapabilityName } from '@muster/contracts/servers';
import { canonicalBytes } from '@muster/kernel/canonical-json';
import { fingerprintOf, signFor } from '@muster/kernel/signing';
import type { PublicKeyText, SigningKey } from '@muster/kernel/signing';
import { fingerprintOfKeys } from '../trust/fingerprint.ts';
import { openKeyset } from '../trust/keyset.ts';
import { isRefusal } from '../trust/refusal.ts';

export interface EnrolmentKeys {
  readonly agentKey: SigningKey;
  /** null where no root helper runs. */
  readonly hostKey: PublicKeyText | null;
  readonly sealingKey: string | null;
}

export interface EnrolOptions {
  /** http(s) address of the control plane. */
  readonly controlPlane: string;
  readonly token: string;
  readonly keys: EnrolmentKeys;
  readonly hostname: string;
  readonly machineHash: string;
  readonly agentVersion: string;
  readonly offers: CapabilityName[];
  readonly observeOnly: boolean;
  readonly simulated: boolean;
  readonly fetch?: typeof fetch;
}

export interface Enrolled {
  readonly answer: EnrolAnswer;
  readonly keyset: Keyset;
  readonly rootKey: PublicKeyText;
}

export class EnrolmentRefused extends Error {}

const DEADLINE_MS = 30_000;

export async function enrol(options: EnrolOptions): Promise<Enrolled> {
  const token = enrolmentToken.safeParse(options.token.trim());
  if (!token.success)
    throw new EnrolmentRefused('That is not an enrolment token; it begins with "muster1." and is shown once');
  const { agentKey, hostKey, sealingKey } = options.keys;
  const body: Omit<EnrolRequest, 'proof'> = {
    v: 1,
    token: token.data,
    agentKey: agentKey.publicKey,
    hostKey,
    sealingKey,
    hostname: options.hostname,
    machineHash: options.machineHash,
    agentVersion: options.agentVersion,
    offers: options.offers,
    observeOnly: options.observeOnly,
    simulated: options.simulated,
  };
  const proof = signFor('muster/enrolment/v1', agentKey, canonicalBytes(body));
  const answer = await post(
    new URL('/agent/v1/enrolments', options.controlPlane),
    { ...body, proof },
    options.fetch ?? fetch,
  );

  const { rootKey } = answer.keyset;
  const named = token.data.split('.')[3] ?? '';
  if (fingerprintOf(rootKey).slice(0, 32) !== named) {
    throw new EnrolmentRefused(
      'The control plane that answered has another root key than the token names. Somebody may be in between: nothing was installed',
    );
  }
  const keyset = openKeyset(answer.keyset, rootKey);
  if (isRefusal(keyset)) throw new EnrolmentRefused(keyset.reason);
  if (answer.fingerprint !== fingerprintOfKeys([agentKey.publicKey, hostKey, sealingKey])) {
    throw new EnrolmentRefused('The control plane recorded other keys than ours: nothing was installed');
  }
  return { answer, keyset, rootKey };
}

async function post(url: URL, body: EnrolRequest, send: typeof fetch): Promise<EnrolAnswer> {
  let response: Response;
  try {
    response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new EnrolmentRefused(`${url.origin} cannot be reached: ${cause}`);
  }
  const text = (await response.text()).slice(0, 256 * 1024);
  if (!response.ok)
    throw new EnrolmentRefused(`The control plane refused: ${detailOf(text) ?? `status ${response.status}`}`);
  const parsed = enrolAnswer.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new EnrolmentRefused(`${url.origin} answered in a way that is not understood; is it Muster?`);
  return parsed.data;
}

/** RFC 9457 problem details. */
function detailOf(text: string): string | undefined {
  try {
    const problem: unknown = JSON.parse(text);
    if (typeof problem !== 'object' || problem === null) return undefined;
    const said = 'detail' in problem ? problem.detail : 'title' in problem ? problem.title : undefined;
    return typeof said === 'string' ? said.slice(0, 300) : undefined;
  } catch {
    return undefined;
  }
}
