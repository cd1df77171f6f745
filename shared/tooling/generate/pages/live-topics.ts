// docs/reference/live-topics.md: what a page can listen to.
import type { TopicDefinition } from '../../../contracts/src/index.ts';
import { page, table } from '../markdown.ts';

export function liveTopicsPage(topics: readonly TopicDefinition[]): string {
  const rows = topics.map((topic) => [
    topic.hasSubject ? `\`${topic.name}:<id>\`` : `\`${topic.name}\``,
    topic.sentence,
    `\`${topic.query}\``,
  ]);
  const intro =
    'Every live topic, from `shared/contracts/src/live/index.ts`. A message is a hint that something changed; `GET /api/sync` is the guarantee.';
  return page('Live topics', intro, [table(['topic', 'tells of', 'whoever may ask'], rows)]);
}
