// WAF-001: ModSecurity not loaded.
import { check, notApplicable, passIf, unknown } from '../check.ts';
import { webServer } from '../probes/web-server.ts';

export default check({
  id: 'WAF-001',
  area: 'waf',
  severity: 'medium',
  title: 'ModSecurity not loaded',
  measured: 'nginx’s settings: load_module and modsecurity on',
  expected: 'the rule engine is loaded and on for at least one site',
  why: 'A hole in a plugin is used within hours, an update takes days. Rules in front of the sites win that time.',
  evidence: { loaded: 'Module loaded', sites: 'Sites with it' },
  fix: 'Install libnginx-mod-http-modsecurity and modsecurity-crs; begin with SecRuleEngine DetectionOnly.',
  undo: 'modsecurity off; reload.',
  risk: 'service',
  maps: ['HTTP-6643'],
  reads: { webServer },
  judge({ webServer: { installed, complete, modules, vhosts } }) {
    if (!installed || (complete && vhosts.length === 0)) return notApplicable('nginx serves no site here');
    if (!complete) return unknown('nginx’s settings could not be read');
    const loaded = modules.some((path) => /modsecurity/.test(path));
    const sites = vhosts.filter(({ modsecurity }) => modsecurity).length;
    return passIf(loaded && sites > 0, { loaded, sites });
  },
});
