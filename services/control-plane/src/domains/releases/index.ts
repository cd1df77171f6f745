// Releases: what other domains may use.
export { ReleaseShelf } from './release-shelf.ts';
export { releasesModule } from './releases.module.ts';
