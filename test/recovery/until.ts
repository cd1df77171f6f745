// Waits for what other parts bring about by themselves. A wait that is over says what it waited for.
export async function until<T>(what: string, look: () => Promise<T>, deadlineMs = 30_000): Promise<Exclude<T, false>> {
  const end = Date.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== false) return found as Exclude<T, false>;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`Not within ${deadlineMs / 1000} s: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Fails as soon as it is no longer so. */
export async function stays(what: string, look: () => Promise<boolean>, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  while (Date.now() < end) {
    if (!(await look())) throw new Error(`No longer so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
