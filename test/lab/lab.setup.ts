// The lab that the lab specs share: up before the first, down after the last. Its name is its own, so that a lab you are
// working in is left alone.
import { Lab } from './lab.ts';
import { collectTraces } from './trace-collector.ts';

export const TEST_LAB = 'muster-lab-under-test';
/** What its control plane told a collector of traces, a span a line. */
export const TRACES = '/var/tmp/muster-lab-traces.ndjson';
export const METRICS_PORT = 7441;
const SERVERS = 5;

export default async function takeLabUp(): Promise<() => Promise<void>> {
  await Lab.clear(TEST_LAB);
  const collector = await collectTraces(TRACES);
  await Lab.up({
    servers: SERVERS,
    name: TEST_LAB,
    port: 7440,
    env: {
      MUSTER_OTLP_TRACES: collector.endpoint,
      MUSTER_METRICS_PORT: String(METRICS_PORT),
      // Its log says what becomes of each task.
      MUSTER_LOG_LEVEL: 'debug',
    },
    say: (sentence) => console.log(sentence),
  });
  return async () => {
    await Lab.clear(TEST_LAB);
    await collector.close();
  };
}
