// Text of strangers, made fit to be shown: characters that act instead of being read become U+FFFD. Controls (terminal
// escapes begin with one, PostgreSQL takes no NUL), marks that turn the direction of text, halves of surrogate pairs.

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const ACTING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Of the same length, so that a bound that was checked still holds. */
export function harmlessText(text: string): string {
  return text.toWellFormed().replaceAll(ACTING, '\ufffd');
}

/** The same for every text in a JSON value, names of fields included. As deep as the value: bound that first. */
export function harmlessJson<Json>(value: Json): Json;
export function harmlessJson(value: unknown): unknown {
  if (typeof value === 'string') return harmlessText(value);
  if (Array.isArray(value)) return value.map((item: unknown) => harmlessJson(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [harmlessText(name), harmlessJson(inner)]));
}
