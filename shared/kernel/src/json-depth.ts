// How deeply a JSON value is nested. Parsing takes any depth; whatever walks the value afterwards by calling itself does not.

/** Looks at one level after the other and stops there, so that no depth is too much for it. `[]` and `{}` are one level. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let nested = [value].filter(isNested);
  for (let level = 0; nested.length > 0; level += 1) {
    if (level >= levels) return true;
    nested = nested.flatMap((one) => Object.values(one).filter(isNested));
  }
  return false;
}

const isNested = (value: unknown): value is object => typeof value === 'object' && value !== null;
