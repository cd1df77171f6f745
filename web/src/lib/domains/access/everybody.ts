// All people, where one of them is chosen or all are shown: read page by page until there is no more.
import { ListPeople, type PersonView } from '@muster/contracts/access';
import { ask } from '#lib/platform/catalogue.ts';

export async function everybody(signal?: AbortSignal): Promise<{ people: readonly PersonView[] }> {
  const people: PersonView[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: { people: PersonView[]; next: string | null } = await ask(
      ListPeople,
      after === '' ? {} : { after },
      signal,
    );
    people.push(...page.people);
    after = page.next;
  }
  return { people };
}
