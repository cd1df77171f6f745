// Reviews: what other domains may use. Whoever gives access adds a source.
export { ReviewDuties } from './duties.ts';
export type { Described, Found, ReviewSource } from './sources.ts';
