// Passkeys as the browser's own dialogs make and use them; what goes wrong there is said in a sentence.
import { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { passkeyOptions, passkeyResponse } from '@muster/contracts/access';
import type { z } from 'zod';

type Options = z.output<typeof passkeyOptions>;
type Response = z.output<typeof passkeyResponse>;

export class PasskeyProblem extends Error {
  override readonly name = 'PasskeyProblem';
}

/** The options come from our own control plane, in the form of WebAuthn Level 3; the library hands them to the browser. */
export async function usePasskey(options: Options): Promise<Response> {
  return attempt(() => startAuthentication({ optionsJSON: options }));
}

export async function makePasskey(options: Options): Promise<Response> {
  type Given = Parameters<typeof startRegistration>[0]['optionsJSON'];
  return attempt(() => startRegistration({ optionsJSON: options as unknown as Given }));
}

export const passkeysWork = (): boolean => typeof window !== 'undefined' && 'PublicKeyCredential' in window;

async function attempt(run: () => Promise<object>): Promise<Response> {
  try {
    return (await run()) as Response;
  } catch (error) {
    throw new PasskeyProblem(sentenceFor(error));
  }
}

function sentenceFor(error: unknown): string {
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'AbortError':
      return 'Nothing was chosen, or it took too long. Try again';
    case 'InvalidStateError':
      return 'This device has a passkey for this account already';
    case 'SecurityError':
      return `Passkeys work only at the address that Muster was set up for, and this page is at ${location.host}`;
    case 'NotSupportedError':
      return 'This device cannot make a passkey that Muster accepts';
    default:
      return 'The browser did not finish. Try again, or use another factor';
  }
}
