// What is wrong with a certificate that strangers are shown.
import { listed } from '../check.ts';
import { covers } from '../probes/certificates.ts';
import type { ShownCertificate } from './tls.ts';

/** '' when nothing is. `forNames`: one of them has to be covered. */
export function wrongWith(
  { names, until, chain, selfSigned }: ShownCertificate,
  forNames: readonly string[],
  limit: Date,
): string {
  return listed([
    ...(selfSigned ? ['self-signed'] : chain === 'ok' ? [] : [`chain: ${chain}`]),
    ...(forNames.length > 0 && !forNames.some((name) => covers(names, name)) ? [`not for ${forNames[0] ?? ''}`] : []),
    ...(until < limit.toISOString() ? [`valid until ${until.slice(0, 10)}`] : []),
  ]);
}
