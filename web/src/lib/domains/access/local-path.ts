// Where to go after signing in. Only a path of this application: an address from a link could lead to a copy of it.
export function localPath(wanted: string | null): string {
  if (wanted === null || !wanted.startsWith('/') || wanted.startsWith('//') || wanted.includes('\\')) return '/';
  return wanted;
}
