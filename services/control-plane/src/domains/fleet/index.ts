// The fleet page: what the entry point wires.
export { fleetModule } from './fleet.module.ts';
