// docs/reference/actions.md: what a person or an integration may ask.
import type { CommandDefinition, QueryDefinition } from '../../../contracts/src/index.ts';
import { byDomain, fieldsTable, page } from '../markdown.ts';

type Action = CommandDefinition | QueryDefinition;

export function actionsPage(commands: readonly CommandDefinition[], queries: readonly QueryDefinition[]): string {
  const actions: readonly Action[] = [...commands, ...queries];
  const sections = byDomain(actions, (action) => action.name).map(([domain, definitions]) =>
    [`## ${domain}`, ...definitions.map(section)].join('\n\n'),
  );
  const intro =
    'Every command and query, from `shared/contracts/src/<domain>/index.ts`. A command changes something and is recorded first; a query reads, and a sensitive one leaves an event.';
  return page('Actions', intro, sections);
}

function section(action: Action): string {
  const kind = action.kind === 'query' && action.sensitive ? 'sensitive query' : action.kind;
  return [
    `### \`${action.name}\``,
    `${action.sentence}. A ${kind}; needs \`${action.permission.name}\`.`,
    fieldsTable(action.input),
  ].join('\n\n');
}
