// Releases: what other domains may use.
export { releasesModule } from './releases.module.ts';
