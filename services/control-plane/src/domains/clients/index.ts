// Clients: what other domains may use.
export { clientsModule } from './clients.module.ts';
