// Which reference pages there are, each from the one place where its subject is declared.
import { commands, events, liveTopics, queries, tasks } from '../../contracts/src/index.ts';
import { settingsSchema } from '../../../services/control-plane/src/platform/config/settings.ts';
import { proberSettingsSchema } from '../../../services/control-plane/src/domains/posture/prober/settings.ts';
import { LOCAL_VARIABLES } from '../../../deploy/local/variables.ts';
import { endpoints } from '../../contracts/src/endpoints/index.ts';
import { problem } from '../../contracts/src/live/index.ts';
import { checks } from '../../posture/src/checks.ts';
import { outsideSources } from '../../posture/src/outside.ts';
import { probes } from '../../posture/src/probes.ts';
import { triedOn } from '../../posture/src/testing/tried.ts';
import { actionsPage } from './pages/actions.ts';
import { checksPage } from './pages/checks.ts';
import { environmentPage } from './pages/environment.ts';
import { eventsPage } from './pages/events.ts';
import { openApi } from './pages/openapi.ts';
import { SIGN_IN_ROUTES } from './sign-in-routes.ts';
import { liveTopicsPage } from './pages/live-topics.ts';
import { permissionsPage } from './pages/permissions.ts';
import { tasksPage } from './pages/tasks.ts';

/** File name under docs/reference → its content. */
export async function referencePages(): Promise<Map<string, string>> {
  return new Map([
    ['events.md', eventsPage(events)],
    ['permissions.md', permissionsPage(commands, queries)],
    ['actions.md', actionsPage(commands, queries)],
    ['tasks.md', tasksPage(tasks)],
    ['checks.md', checksPage(checks, probes, outsideSources, await triedOn())],
    ['live-topics.md', liveTopicsPage(liveTopics)],
    ['openapi.json', openApi([...commands, ...queries], endpoints, SIGN_IN_ROUTES, problem)],
    ['environment.md', environmentPage(settingsSchema, proberSettingsSchema, LOCAL_VARIABLES)],
  ]);
}
