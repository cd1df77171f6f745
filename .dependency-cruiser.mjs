// The fences between parts. A domain shows others one file; mechanisms know no domain; what runs in the browser or on a
// server knows nothing of the control plane's inside. test/architecture proves that each rule bites.
const DOMAINS = '^services/control-plane/src/domains/';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'domains-meet-at-their-index',
      comment: 'A domain imports another only through its index.ts.',
      severity: 'error',
      from: { path: `${DOMAINS}([^/]+)/` },
      to: { path: DOMAINS, pathNot: [`${DOMAINS}$1/`, `${DOMAINS}[^/]+/index\\.ts$`] },
    },
    {
      name: 'entry-points-use-a-domains-index',
      comment:
        'main/ wires domains together and sees only their public face; the signer process loads a domain’s signer/ alone, the prober its prober/.',
      severity: 'error',
      from: { path: '^services/control-plane/src/main/' },
      to: { path: DOMAINS, pathNot: [`${DOMAINS}[^/]+/(index|[^/]+\\.module|(signer|prober)/[^/]+)\\.ts$`] },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'Mechanisms in platform/ know no domain word and no entry point.',
      severity: 'error',
      from: { path: '^services/control-plane/src/platform/' },
      to: { path: '^services/control-plane/src/(domains|main)/' },
    },
    {
      name: 'contracts-are-schemas-only',
      comment: 'shared/contracts imports the kernel and zod, nothing else.',
      severity: 'error',
      from: { path: '^shared/contracts/src/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^shared/contracts/src/', '^shared/kernel/src/', 'node_modules/zod/'] },
    },
    {
      name: 'kernel-stands-alone',
      comment: 'shared/kernel is pure code: no other workspace.',
      severity: 'error',
      from: { path: '^shared/kernel/' },
      to: { path: '^(shared/contracts|shared/posture|services|web|migrations|deploy|test)/' },
    },
    {
      name: 'checks-are-pure',
      comment:
        'shared/posture runs in the agent and in the control plane: it knows contracts and kernel only, and of Node nothing that acts.',
      severity: 'error',
      from: { path: '^shared/posture/src/', pathNot: ['\\.spec\\.ts$', '/testing/'] },
      to: { pathNot: ['^shared/(posture|contracts|kernel)/src/', 'node_modules/zod/', '^(node:)?crypto$'] },
    },
    {
      name: 'web-knows-contracts-only',
      comment: 'The dashboard talks HTTP; it imports nothing of the services.',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(services|migrations|deploy|test)/' },
    },
    {
      name: 'agent-knows-contracts-only',
      comment: 'The agent imports nothing of the control plane.',
      severity: 'error',
      from: { path: '^services/node-agent/' },
      to: { path: '^(services/(control-plane|cli)|web|migrations)/' },
    },
    {
      name: 'control-plane-knows-no-client',
      comment: 'The control plane imports neither the dashboard nor the agent.',
      severity: 'error',
      from: { path: '^services/control-plane/' },
      to: { path: '^(web|services/node-agent|services/cli|deploy)/' },
    },
    {
      name: 'product-knows-no-test',
      comment: 'Only specs import what stands under test/.',
      severity: 'error',
      from: { path: '^(shared|services|web|migrations|deploy)/', pathNot: ['\\.spec\\.ts$', '/testing/'] },
      to: { path: '^test/' },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: { pathNot: '^web/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build|\\.svelte-kit)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.svelte'],
    },
  },
};
