// Audit: what other domains may use.
export { auditModule } from './audit.module.ts';
