// When asking again makes sense: the connection failed, the answer says "too fast" or "not now". A command goes out again
// under the same id, so that it is done once whatever was lost on the way.
const AGAIN = new Set([429, 502, 503, 504]);
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;

export const worthAnother = (status: number): boolean => AGAIN.has(status);

/** What the answer asks for, else a wait that doubles, with a random part so that many clients do not come back at once. */
export function waitBefore(attempt: number, retryAfter: string | null): number {
  const asked = Number(retryAfter);
  if (retryAfter !== null && Number.isFinite(asked) && asked >= 0) return Math.min(asked * 1000, LONGEST_WAIT_MS);
  const doubled = FIRST_WAIT_MS * 2 ** (attempt - 1);
  return Math.min(doubled * (0.5 + Math.random()), LONGEST_WAIT_MS);
}

/** Rejects at once when the caller gives up. */
export function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, milliseconds);
    function giveUp(): void {
      clearTimeout(timer);
      reject(signal?.reason instanceof Error ? signal.reason : new Error('Given up'));
    }
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
