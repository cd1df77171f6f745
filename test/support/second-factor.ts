// The code of an authenticator app. Each is taken once, so a second sign-in within the same half minute waits for the next,
// as a person does.
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'otplib';

const PERIOD_MS = 30_000;

export async function codeNow(secret: string): Promise<string> {
  return await generate({ secret });
}

/** The code after the present one. */
export async function nextCode(secret: string): Promise<string> {
  await sleep(PERIOD_MS - (Date.now() % PERIOD_MS) + 200);
  return await generate({ secret });
}
