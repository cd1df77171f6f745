// The group that pages are narrowed to. It stands in the address (`?group=`), so a link shows the same thing to others, and
// every link from page to page goes through `inScope`, so that it is not lost on the way.
import { page } from '$app/state';
import { addressIn } from './scope-address.ts';

export function scopeGroup(): string | null {
  return page.url.searchParams.get('group');
}

/** The same page, or another, in the chosen scope; or in a named one, where null is the whole fleet. */
export function inScope(path: string, group: string | null = scopeGroup()): string {
  return addressIn(path, group);
}
