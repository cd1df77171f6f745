// The second net. Only parsed fields leave the host; what still looks like a secret inside one of them is blanked.
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  [/\$(?:1|2[aby]|5|6|y|gy|7|argon2id?)\$[^\s:"']{8,}/g, '[password hash]'],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, '[token]'],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, '[cloud key]'],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}\b/g, '[token]'],
  [/\bmuster1\.[0-9a-f]{32}\.[A-Za-z0-9_-]+\.[0-9a-f]{32}\b/g, '[enrolment token]'],
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]*@/gi, '$1[login]@'],
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(\s*[:=]\s*)[^\r\n]+/gi, '$1$2[hidden]'],
  [
    /\b((?:[a-z0-9]+[_-])*(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[_-]?key|salt|auth)(?:[_-][a-z0-9]+)*)(["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    '$1$2[hidden]',
  ],
];

export function redact(text: string): string {
  let clean = text;
  for (const [pattern, instead] of PATTERNS) clean = clean.replace(pattern, instead);
  return clean;
}

/** Every string inside, keys untouched. */
export function redactDeep<Value>(value: Value): Value {
  return walk(value) as Value;
}

function walk(value: unknown): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map(walk);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]));
}
