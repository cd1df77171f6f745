// `npm run check`: everything a reviewer should never have to say. Prints one line per step and, for a step that fails,
// what to mend; ends with how many passed.
import { runChecks } from './steps.ts';

const results = await runChecks();
const failed = results.filter((result) => !result.passed);
console.log(`${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;
