// docs/reference/tasks.md: everything a server can be asked to do. There is nothing else.
import type { TaskDefinition } from '../../../contracts/src/index.ts';
import { fieldsTable, page } from '../markdown.ts';

export function tasksPage(tasks: readonly TaskDefinition[]): string {
  const intro =
    'Every task a server can be asked to do, from `shared/contracts/src/<domain>/tasks.ts`. Lanes: `guard` never waits, `change` is ordered, `job` may take hours. Above the limit per minute the signer refuses.';
  return page('Tasks', intro, tasks.map(section));
}

function section(task: TaskDefinition): string {
  return [
    `## \`${task.name}\``,
    `${task.sentence}. Capability \`${task.capability}\`, lane \`${task.lane}\`, at most ${task.maxPerMinute} servers per minute.`,
    `### Arguments\n\n${fieldsTable(task.args)}`,
    `### Evidence in a receipt of success\n\n${fieldsTable(task.evidence)}`,
  ].join('\n\n');
}
