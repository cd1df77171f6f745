// The last steps of agentd, one after the other. None may fail the next one, and none may take for ever: whoever stops us
// kills us after a while, and what a kill cuts off is not said.
import { setTimeout as sleep } from 'node:timers/promises';

export type LastStep = readonly [what: string, work: () => Promise<void>];

/** Three steps end before the local start (10 s) and systemd (20 s) lose their patience. */
const STEP_MS = 2500;

/** Never rejects; says which step failed, or was not waited for any longer. */
export async function finish(
  steps: readonly LastStep[],
  log: (message: string, fields?: Record<string, unknown>) => void,
  stepMs = STEP_MS,
): Promise<void> {
  for (const [what, work] of steps) {
    const over = new AbortController();
    const tried = (async () => work())().then(
      () => true,
      (error: unknown) => {
        log(`${what} could not be finished`, { error: error instanceof Error ? error.message : String(error) });
        return true;
      },
    );
    const late = sleep(stepMs, false, { signal: over.signal }).catch(() => true);
    if (!(await Promise.race([tried, late]))) log(`${what} took longer than ${stepMs} ms and is left as it is`);
    over.abort();
  }
}
