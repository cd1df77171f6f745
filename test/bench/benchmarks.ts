// Every benchmark there is. Each is loaded only when it is asked for.
import type { Benchmark } from './benchmark.ts';

export const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'fleet-ban': async () => (await import('./fleet-ban/fleet-ban.ts')).fleetBan,
  evidence: async () => (await import('./evidence/evidence.ts')).evidence,
  append: async () => (await import('./append/append.ts')).append,
  dispatch: async () => (await import('./dispatch/dispatch.ts')).dispatch,
  'heartbeat-10k': async () => (await import('./heartbeat/heartbeat.ts')).heartbeat,
  'agent-footprint': async () => (await import('./agent-footprint/agent-footprint.ts')).agentFootprint,
  'live-update': async () => (await import('./live-update/live-update.ts')).liveUpdate,
  'fleet-posture': async () => (await import('./fleet-posture/fleet-posture.ts')).fleetPosture,
  scan: async () => (await import('./scan/scan.ts')).scan,
  rebuild: async () => (await import('./rebuild/rebuild.ts')).rebuild,
  'ban-search': async () => (await import('./ban-search/ban-search.ts')).banSearch,
};
