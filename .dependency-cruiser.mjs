/**
 * Which workspace package may import which: the table "Allowed imports" of the design.
 * `sdk/node` is the SDK's Node entry alone. What is not listed fails.
 */
const allowed = {
  protocol: [],
  onnx: ['protocol'],
  gradients: ['protocol', 'onnx'],
  pipeline: ['protocol'],
  tuf: ['protocol'],
  stats: ['protocol'],
  rollout: ['protocol'],
  deltas: ['protocol'],
  sdk: ['protocol', 'tuf', 'pipeline', 'stats', 'rollout', 'deltas'],
  server: ['protocol', 'tuf', 'pipeline', 'stats', 'rollout', 'deltas', 'sdk/node'],
  cli: ['protocol', 'onnx', 'gradients', 'pipeline', 'tuf', 'stats', 'deltas', 'sdk/node', 'simulator'],
  simulator: ['protocol', 'sdk'],
  dashboard: ['protocol', 'stats'],
  testkit: ['protocol', 'tuf'],
  models: ['protocol', 'onnx', 'gradients', 'pipeline', 'sdk/node'],
  demo: ['protocol', 'sdk'],
  e2e: ['protocol', 'sdk', 'examples'],
  examples: ['protocol', 'sdk'],
}

/** Packages that run wherever JavaScript runs: no Node, no DOM. */
const pure = ['protocol', 'onnx', 'gradients', 'pipeline', 'stats', 'rollout', 'deltas', 'tuf']

/** The SDK's stations. Only `client/` composes them; each states what it needs in its own port files. */
const stations = ['delivery', 'store', 'runtime', 'telemetry', 'learning']

/** What several stations share: the engines' libraries, calls' inputs, how they are measured, calls over workers. They know no station. */
const shared = ['libraries', 'inputs', 'random', 'transport', 'faults', 'measure']

const apps = ['models', 'demo', 'e2e', 'examples', 'bench']
const folderOf = (/** @type {string} */ name) => (apps.includes(name) ? name : `packages/${name}`)
const tests = '(\\.(test|contract)\\.[cm]?[jt]s$|/test(ing)?/|^e2e/)'

const packageRules = Object.entries(allowed).map(([name, others]) => {
  const reachable = others.map((other) => (other === 'sdk/node' ? 'packages/sdk/src/node' : folderOf(other)))
  return {
    name: `allowed-imports-of-${name}`,
    comment: `${name} may import ${others.length > 0 ? others.join(', ') : 'no other package'} (design: allowed imports)`,
    severity: 'error',
    from: { path: `^${folderOf(name)}/` },
    to: {
      path: `^(packages/[^/]+|${apps.join('|')})/`,
      pathNot: [`^${folderOf(name)}/`, '^packages/testkit/', ...reachable.map((folder) => `^${folder}/`)],
    },
  }
})

const stationRules = stations.map((station) => ({
  name: `sdk-station-${station}`,
  comment: `${station}/ imports no other station and not client/; client/ joins them`,
  severity: 'error',
  from: { path: `^packages/sdk/src/${station}/` },
  to: {
    path: `^packages/sdk/src/(${[...stations, 'client'].filter((other) => other !== station).join('|')})/`,
  },
}))

const sharedRules = shared.map((folder) => ({
  name: `sdk-shared-${folder}`,
  comment: `${folder}/ serves the stations and knows none of them`,
  severity: 'error',
  from: { path: `^packages/sdk/src/${folder}/`, pathNot: tests },
  to: { path: `^packages/sdk/src/(${[...stations, 'client'].join('|')})/` },
}))

export default {
  forbidden: [
    ...packageRules,
    ...stationRules,
    ...sharedRules,
    {
      name: 'entry-only',
      comment:
        'Another package is imported by its name, hence by its public entry; never by a path into its files',
      severity: 'error',
      from: { path: '^(?:packages/)?([^/]+)/', pathNot: '^scripts/' },
      to: { path: '^packages/([^/]+)/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'pure-packages-know-no-node',
      severity: 'error',
      from: {
        path: `^packages/(${pure.join('|')})/src/`,
        pathNot: [tests, '^packages/tuf/src/repository/'], // keys and signing, in Node alone
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'tuf-client-signs-nothing',
      comment:
        'What verifies runs in browsers; keys and @tufjs/models are behind the entry `repository` alone',
      severity: 'error',
      from: { path: '^packages/tuf/src/', pathNot: [tests, '^packages/tuf/src/repository[/.]'] },
      to: { path: '(^packages/tuf/src/repository[/.]|@tufjs/models)' },
    },
    {
      name: 'browser-code-knows-no-node',
      severity: 'error',
      from: { path: '^(packages/sdk|demo)/src/', pathNot: [tests, '^packages/sdk/src/(node|vite)/'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'testkit-in-tests-only',
      severity: 'error',
      from: { pathNot: [tests, '^packages/testkit/', '^bench/'] },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'no-cycles',
      comment: 'Type-only cycles count too: two files that need each other are one idea',
      severity: 'error',
      from: { pathNot: tests }, // a README test reads its own text
      to: { circular: true },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      // What an app makes of its keys, and what the page without a bundler has copied beside it.
      to: { couldNotResolve: true, pathNot: ['homing-root\\.json$', '^\\./(homing|app)/'] },
    },
    {
      name: 'declared',
      comment: 'A package imports what its own package.json names',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: tests },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        dependencyTypesNot: ['npm-peer', 'type-only'],
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|generated|artifacts|\\.homing)/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      conditionNames: ['@homing/source', 'import', 'browser', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.json', '.d.ts'],
    },
    tsConfig: { fileName: 'tsconfig.base.json' },
  },
}
