// Whoever attests something signs it with the own name, typed. It is sealed like everything personal.
import { Refusal } from '../errors/refusal.ts';
import type { PersonNames } from './person-names.ts';
import type { PersonalData } from './personal-data.ts';

const same = (a: string, b: string) => a.trim().toLocaleLowerCase() === b.trim().toLocaleLowerCase();

/** As the account has it, sealed; refused when something else was typed. */
export async function sealOwnName(
  actor: string,
  typed: string,
  { people, personal }: { readonly people: PersonNames; readonly personal: PersonalData },
): Promise<string> {
  const own = (await people.names([actor])).get(actor) ?? '';
  if (!same(own, typed)) {
    const message = 'Type your own name as your account has it';
    throw new Refusal('invalid', 'invalid', `name: ${message}`, { fields: [{ path: 'name', message }] });
  }
  return personal.seal(actor, own);
}
