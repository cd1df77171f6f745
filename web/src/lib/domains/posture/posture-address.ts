// Addresses of the posture pages as of a day.

/** The end of a day in UTC; null for now: no day, today, or one that has not been. */
export function asOfMoment(day: string | null, now: number): string | null {
  if (day === null || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const end = Date.parse(`${day}T23:59:59.999Z`);
  return Number.isNaN(end) || end >= now ? null : new Date(end).toISOString();
}

/** The same page as of another day; null: now. */
export function withDay({ href }: { readonly href: string }, day: string | null): string {
  const to = new URL(href);
  if (day === null) to.searchParams.delete('day');
  else to.searchParams.set('day', day);
  return `${to.pathname}${to.search}`;
}
