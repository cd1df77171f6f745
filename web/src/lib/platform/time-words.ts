// Time in words. Relative under a day, absolute beyond; every absolute time belongs to a named zone.

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "9 min 57 s", "23 h 59 min", "3 d 4 h", "0.4 s", "12 ms". Two units at most, the second only when it says something. */
export function duration(ms: number): string {
  const span = Math.abs(ms);
  if (span < 100) return `${Math.round(span)} ms`;
  if (span < 10_000) return `${(Math.round(span / 100) / 10).toString()} s`;
  const seconds = Math.round(span / 1000);
  if (seconds < 60) return `${seconds} s`;
  const two = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
    small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
  if (seconds < 3600) return two(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return two(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.floor(minutes / 60);
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

/** One unit, rounded down: "42 s", "16 min", "3 h", "4 d". For ages in rows. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

function formatter(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${zone} ${JSON.stringify(options)}`;
  let found = formatters.get(key);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...options });
    formatters.set(key, found);
  }
  return found;
}
const formatters = new Map<string, Intl.DateTimeFormat>();

/** 02:47:09 */
export function timeOfDay(at: Date, zone: string): string {
  return formatter(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(at);
}

/** 02:47 */
export function shortTimeOfDay(at: Date, zone: string): string {
  return formatter(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

/** 20 Nov */
export function shortDay(at: Date, zone: string): string {
  return formatter(zone, { day: 'numeric', month: 'short' }).format(at);
}

/** Friday 20 November 2026 */
export function longDay(at: Date, zone: string): string {
  return formatter(zone, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    .format(at)
    .replace(',', '');
}

/** "20 Nov 2026" of 2026-11-20: a day of the calendar is the same day in every zone. Of a moment, its day in UTC. */
export function calendarDay(text: string): string {
  const at = new Date(text);
  return Number.isNaN(at.getTime())
    ? text
    : formatter('UTC', { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}

/** 20 Nov 2026, 02:47:09 */
export function exactTime(at: Date, zone: string): string {
  const day = formatter(zone, { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
  return `${day}, ${timeOfDay(at, zone)}`;
}

/** Of today the time alone ("02:47:09"); of another day with it ("20 Nov 02:47"), of another year with that too. */
export function logTime(at: Date, now: Date, zone: string): string {
  if (dayKey(at, zone) === dayKey(now, zone)) return timeOfDay(at, zone);
  const day = formatter(zone, { day: 'numeric', month: 'short', ...yearUnlessNow(at, now, zone) }).format(at);
  return `${day} ${shortTimeOfDay(at, zone)}`;
}

/** "3 Jan" says nothing of which January: the year is named when it is not the present one. */
function yearUnlessNow(at: Date, now: Date, zone: string): Intl.DateTimeFormatOptions {
  const year = formatter(zone, { year: 'numeric' });
  return year.format(at) === year.format(now) ? {} : { year: 'numeric' };
}

/** Equal for two moments of one day in that zone. */
export function dayKey(at: Date, zone: string): string {
  return formatter(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/** "Sat 21 Nov 02:47", and of another year "Sun 21 Nov 2027 02:47". */
export function untilTime(at: Date, now: Date, zone: string): string {
  const day = formatter(zone, { weekday: 'short', day: 'numeric', month: 'short', ...yearUnlessNow(at, now, zone) })
    .format(at)
    .replace(',', '');
  return `${day} ${shortTimeOfDay(at, zone)}`;
}

/** "Berlin" of Europe/Berlin, "UTC" of UTC: the name people use for their zone. */
export function zoneName(zone: string): string {
  const last = zone.split('/').at(-1) ?? zone;
  return last === 'Etc' || last === 'UCT' ? 'UTC' : last.replaceAll('_', ' ');
}

/** Relative under a day ("16 min ago"), absolute beyond ("18 Nov 2026, 02:47:09"). */
export function relativeTime(at: Date, now: Date, zone: string): string {
  const past = now.getTime() - at.getTime();
  if (Math.abs(past) >= DAY) return exactTime(at, zone);
  if (past < 0) return `in ${age(-past)}`;
  return `${age(past)} ago`;
}
