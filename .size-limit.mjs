import { readFileSync } from 'node:fs'

const dist = (/** @type {string} */ file) => `packages/sdk/dist/${file}`

/** What is imported only once it is needed (Ed25519 for old browsers, patches, explanations) is no part of a cold load. */
const withoutLazyParts = {
  name: 'homing:without-lazy-parts',
  /** @param {{ onResolve: (which: { filter: RegExp }, resolve: (found: { kind: string, path: string }) => object | undefined) => void }} build */
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    )
  },
}

/** Chunks that are imported lazily, and that a cold load of a version with probes fetches all the same. */
const fetchedAllTheSame = /await import\((['"])(\.\/prove-session-[^'"]+)\1\)/g

/** Counts those as part of who imports them. */
const withProbes = {
  name: 'homing:with-probes',
  /** @param {{ onLoad: (which: { filter: RegExp }, load: (found: { path: string }) => object) => void }} build */
  setup(build) {
    build.onLoad({ filter: /sdk[\\/]dist[\\/][^\\/]+\.js$/ }, ({ path }) => {
      /** @type {string[]} */
      const imports = []
      const code = readFileSync(path, 'utf8').replace(fetchedAllTheSame, (_, _quote, file) => {
        imports.push(`import * as fetched${imports.length} from '${file}'`)
        return `fetched${imports.length - 1}`
      })
      return { contents: [...imports, code].join('\n'), loader: 'js' }
    })
  },
}

/** Bundled as an app's bundler does; engines are counted by no one, they come from the app's own dependencies. */
const asInAnApp = {
  gzip: true,
  ignore: ['onnxruntime-web', 'onnxruntime-web/*', '@tensorflow/*'],
  modifyEsbuildConfig: (/** @type {object} */ config) => ({
    ...config,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [withProbes, withoutLazyParts],
  }),
}

/** What a page and the workers of a cold load weigh, in KB gzip: the design's budget. */
export default [
  { name: 'entry', path: dist('index.js'), limit: '12 KB', ...asInAnApp },
  {
    name: 'workers of a cold load, ONNX',
    path: [dist('host-worker.js'), dist('onnx-worker.js')],
    limit: '60 KB',
    ...asInAnApp,
  },
  {
    name: 'workers of a cold load, TensorFlow.js',
    path: [dist('host-worker.js'), dist('tfjs-worker.js')],
    limit: '60 KB',
    ...asInAnApp,
  },
  { name: 'training worker, ONNX', path: dist('onnx-training-worker.js'), limit: '30 KB', ...asInAnApp },
  {
    name: 'training worker, TensorFlow.js',
    path: dist('tfjs-training-worker.js'),
    limit: '30 KB',
    ...asInAnApp,
  },
]
