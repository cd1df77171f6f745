// WEB-007: HSTS missing or short.
import { check, failures, notApplicable, unknown } from '../check.ts';
import { webAnswers } from '../probes/web-answers.ts';

export default check({
  id: 'WEB-007',
  area: 'web',
  severity: 'low',
  title: 'HSTS missing or short',
  measured: 'Strict-Transport-Security of https://NAME/ over loopback',
  expected: 'max-age of at least 180 days',
  why: 'With it a browser never asks without TLS again, so the first request cannot be caught. A short time runs out between two visits.',
  evidence: { name: 'Site', header: 'Header' },
  fix: 'add_header Strict-Transport-Security "max-age=300" always; raise it when nothing broke for a week.',
  undo: 'Send max-age=0 until browsers have forgotten it.',
  risk: 'service',
  maps: [],
  reads: { webAnswers },
  judge({ webAnswers: { sites, read } }, { policy }) {
    if (!read) return unknown('The sites could not be asked');
    const secure = sites.filter(({ https }) => https !== null);
    if (secure.length === 0) return notApplicable('No site answers on https');
    return failures(
      secure.flatMap(({ name, https }) => {
        const age = Number(/max-age="?(\d+)/i.exec(https?.hsts ?? '')?.[1] ?? 0);
        return age >= policy.hstsSeconds
          ? []
          : [{ subject: `site ${name}`, evidence: { name, header: https?.hsts ?? 'none' } }];
      }),
    );
  },
});
