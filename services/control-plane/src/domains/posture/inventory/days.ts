// Days as policies write them: `2026-12-31`, UTC.
const DAY = 86_400_000;

export const dayAfter = (now: Date, days: number): string =>
  new Date(now.getTime() + days * DAY).toISOString().slice(0, 10);
