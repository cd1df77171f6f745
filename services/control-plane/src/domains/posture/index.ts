// Posture: what other domains may use.
export { postureModule } from './posture.module.ts';
