// The group that pages are narrowed to. It stands in the address (`?group=`), so a link shows the same thing to others.
import { page } from '$app/state';

export function scopeGroup(): string | null {
  return page.url.searchParams.get('group');
}

/** The same page, or another, in a scope. */
export function inScope(path: string, group: string | null): string {
  return group === null ? path : `${path}${path.includes('?') ? '&' : '?'}group=${group}`;
}
