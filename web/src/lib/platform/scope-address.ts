// An address of a page within a scope: the chosen group stands in it as `?group=`.

/** `path` within `group`; null is the whole fleet. A path that names a group already keeps its own. */
export function addressIn(path: string, group: string | null): string {
  if (group === null) return path;
  const hash = path.indexOf('#');
  const [place, fragment] = hash === -1 ? [path, ''] : [path.slice(0, hash), path.slice(hash)];
  if (/[?&]group=/.test(place)) return path;
  return `${place}${place.includes('?') ? '&' : '?'}group=${encodeURIComponent(group)}${fragment}`;
}
