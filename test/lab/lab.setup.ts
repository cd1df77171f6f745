// The lab that the lab specs share: up before the first, down after the last. Its name is its own, so that a lab you are
// working in is left alone.
import { Lab } from './lab.ts';

export const TEST_LAB = 'muster-lab-under-test';
const SERVERS = 5;

export default async function takeLabUp(): Promise<() => Promise<void>> {
  await Lab.clear(TEST_LAB);
  await Lab.up({ servers: SERVERS, name: TEST_LAB, port: 7440, say: (sentence) => console.log(sentence) });
  return () => Lab.clear(TEST_LAB);
}
