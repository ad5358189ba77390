import type { OwnEngine, Precision, SignedUrls } from '@homing/protocol'

import type { Backend } from '../libraries/backend.ts'
import type { QueueOptions } from './call-options.ts'
import type { RemoteHook } from './remote-hook.ts'
import type { BlackBoxOptions } from './report/black-box-options.ts'
import type { Progress } from './status-api.ts'
import type { TelemetryOptions } from './telemetry-api.ts'
import type { UpdatePolicy } from './update-policy.ts'

/** How a client finds its repository and its workers. */
export interface ClientOptions {
  /** URL of the static repository: the folder that holds `metadata/`, `models/`, `rollouts/` and `blobs/`. */
  readonly repository: string | URL
  /**
   * The trusted root that the app ships, as JSON, bytes or parsed: what `homing keys show --root` prints. Nothing is
   * believed that does not lead back to it. The repository's newer roots are followed by themselves; the root of another
   * repository begins with an empty device.
   */
  readonly root: string | Uint8Array | object
  /** URL of the aggregation server, which receives what comes home. */
  readonly server?: string | URL
  /**
   * Models that came with the app: by name, the URL of the folder among its files that `homing bundle` wrote. They serve at
   * the very first start, offline, and are updated from the repository.
   */
  readonly bundled?: Readonly<Record<string, string | URL>>
  /**
   * Gives a token of the user who is signed in, for private models: a JWT, or undefined when nobody is. Called only when
   * the repository asks for one, and again before it ends or once it is refused; kept in memory alone.
   */
  readonly getToken?: () => string | undefined | Promise<string | undefined>
  /**
   * Reads private files at signed addresses, which expire and which any CDN can check, in the place of showing it a token.
   * `'server'` asks `server` for them, with the token of `getToken`; a function is the app's own way. Held in memory alone.
   */
  readonly signUrls?: 'server' | SignUrlsHook
  /** Name of the app, as the server knows it. */
  readonly app: string
  /** Folder with the engines' files on the app's own origin. Default: where the bundler put them. */
  readonly assetBase?: string | URL
  /** Threads for wasm engines. Default: the number of cores, at most 8, where the page is cross-origin isolated. */
  readonly threads?: number
  /**
   * Where models are kept. Default `persistent`: IndexedDB, and memory where the browser refuses it. `encrypted`: the same,
   * with graphs and parameters under a key that no script can read. `memory`: nowhere. Clients of one origin that trust
   * one root name the same.
   */
  readonly storage?: 'persistent' | 'encrypted' | 'memory'
  /**
   * Bytes that versions may take on the device, over all models. What serves, the version before it and what is on its way
   * are kept whatever this says; of the others the last used ones. Default: a tenth of the browser's quota, at most 1 GiB.
   */
  readonly storageBudget?: number
  /**
   * `metered: 'pause'`: shards wait while the user saves data or the network is a phone's, as far as the browser tells, and go
   * on when that ends, or on `update()`. Default `allow`.
   */
  readonly downloads?: { readonly metered?: 'allow' | 'pause' }
  /** Milliseconds between looks for new versions, give or take a tenth; 0 looks only when asked: on `check()`, `update()`, or when another tab has a new version. Default 15 minutes. */
  readonly pollInterval?: number
  /**
   * Milliseconds after which one run of a model counts as hung: its engine's worker is ended and started anew, and calls
   * whose inputs were not transferred are made again. Loading has three times as much, and starting an engine, which may
   * have to be fetched, ten times. Time in which the page was asleep does not count. Default 60,000.
   */
  readonly hangLimit?: number
  /**
   * Milliseconds between probes of the backend that serves, one at a time, while the model is used and the engine idle; 0
   * never probes it again. Default 10 minutes.
   */
  readonly probeInterval?: number
  /**
   * The app's own way to another machine, for versions that declare one: it answers what the model on the device is not
   * sure of. Raw inputs go to it, and so may leave the device; without it, or for models opened with `remote: false`, none do.
   */
  readonly remote?: RemoteHook
  /** Sends home how models do, anonymous and aggregated on the device. Nothing is measured without it. */
  readonly telemetry?: TelemetryOptions
  /** What the page keeps of its latest calls, for `report()`. Nothing that was put in, unless this says so. */
  readonly blackBox?: BlackBoxOptions
  /**
   * Bytes of graphs and parameters that open models may have in memory together. What was called longest ago leaves it first,
   * and is loaded again when it is called; a model that is larger by itself is alone there. Default: an eighth of the
   * device's memory, where the browser tells it, else 512 MiB.
   */
  readonly memoryBudget?: number
  /**
   * Milliseconds without a call after which an engine's worker is started anew if its heap, which never shrinks, is far
   * larger than its models need. Default 60,000.
   */
  readonly idleLimit?: number
  /**
   * Engines that the app brings, by the names that manifests give them: each makes a module worker that calls `serveEngine` of
   * `@homing/sdk/engine`. One with the name of an engine of the SDK's runs in its place.
   */
  readonly engines?: Readonly<Record<string, () => Worker>>
  /** The way out for bundlers that cannot find the workers: each makes a module worker. */
  readonly workers?: Partial<Record<'host' | OwnEngine | `${OwnEngine}-training`, () => Worker>>
}

/**
 * Signs addresses of files, which are named by their places in the repository (`blobs/...`), some at a time: when they
 * expire, in seconds since 1970, and each by its place, absolute or relative to `repository`. What the user may not read is left out.
 */
export type SignUrlsHook = (places: readonly string[]) => SignedUrls | Promise<SignedUrls>

/** How a model is opened. */
export interface ModelOptions extends QueueOptions {
  /** Bytes as they arrive, from the network and from storage. */
  readonly onProgress?: (progress: Progress) => void
  readonly signal?: AbortSignal
  /** Serve this version and no other, until `pin(null)`. */
  readonly version?: string
  /**
   * Backends to try, best first: one pins it. Default: every backend of the engine; of a version with probes the fastest,
   * once the app has called it a few times.
   */
  readonly backends?: readonly Backend[]
  /**
   * Precisions of parameters to take, best first, where a version has several; one that has none of these is taken in its
   * own. Default: what suits the device. When the outputs of a set are wrong on every backend, the next one is taken.
   */
  readonly precisions?: readonly Precision[]
  /** Which version it opens with, and what happens when another is published. Default `localThenUpdate`. */
  readonly updates?: UpdatePolicy
  /** In the place of the client's `remote`, for this model; false: inputs of this model never go to it. */
  readonly remote?: RemoteHook | false
}
