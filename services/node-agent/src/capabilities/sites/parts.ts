// Cuts what was gathered into parts that fit a frame of the link.
import type { FoundSite, SiteFacts } from '@muster/contracts/clients';
import type { CollectedSites } from './collect.ts';

/** Well below a frame: MAX_FRAME_BYTES of the contracts, with room for the envelope around it. */
const PART_BYTES = 256 * 1024;
const PART_SITES = 500;

export function partsOf({ sources, sites }: CollectedSites, at: Date): SiteFacts[] {
  const parts: FoundSite[][] = [[]];
  let bytes = 0;
  for (const site of sites) {
    const size = Buffer.byteLength(JSON.stringify(site));
    const last = parts.at(-1) ?? [];
    if (last.length >= PART_SITES || (bytes + size > PART_BYTES && last.length > 0)) {
      parts.push([site]);
      bytes = size;
    } else {
      last.push(site);
      bytes += size;
    }
  }
  return parts.map((one, part) => ({ at: at.toISOString(), part, parts: parts.length, sources, sites: one }));
}
