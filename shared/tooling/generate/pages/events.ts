// docs/reference/events.md: every fact the ledger can hold.
import type { EventDefinition } from '../../../contracts/src/index.ts';
import { byDomain, fieldsTable, page } from '../markdown.ts';

export function eventsPage(events: readonly EventDefinition[]): string {
  const intro =
    'Every event type the ledger can hold, from `shared/contracts/src/<domain>/events.ts`. Stored events are never rewritten; a field marked sealed is ciphertext under its subject’s own key.';
  const sections = byDomain(events, (event) => event.type).map(([domain, definitions]) =>
    [`## ${domain}`, ...definitions.map(section)].join('\n\n'),
  );
  return page('Events', intro, sections);
}

function section(event: EventDefinition): string {
  return [
    `### \`${event.type}\` version ${event.version}`,
    `${event.sentence}. Class: ${event.class}.`,
    fieldsTable(event.schema),
    `Example:\n\n\`\`\`json\n${JSON.stringify(event.example, null, 2)}\n\`\`\``,
  ].join('\n\n');
}
