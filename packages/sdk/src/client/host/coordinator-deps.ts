import type { Engine, HomingError } from '@homing/protocol'

import type { Documents } from '../../delivery/documents.ts'
import type { DeliveryPlatform } from '../../delivery/ports.ts'
import type { Repository } from '../../delivery/repository.ts'
import type { Device } from '../../delivery/unmet-requirements.ts'
import type { RuntimeApi } from '../../runtime/runtime-api.ts'
import type { Store } from '../../store/store.ts'
import type { ModelEvent } from '../host-api.ts'
import type { Adapters } from './backends/adapters.ts'
import type { Rejections } from './backends/rejections.ts'
import type { CrashCount } from './engines/crash-count.ts'
import type { EngineJudge } from './engines/engine-judge.ts'
import type { MemoryKeeper } from './engines/memory-keeper.ts'
import type { Claims } from './storage/claims.ts'
import type { Cleaner } from './storage/cleaner.ts'
import type { StorageRoom } from './storage/storage-room.ts'
import type { Tabs } from './tabs/tabs.ts'
import type { MeteredGate } from './versions/metered-gate.ts'
import type { Bundle } from './versions/open-bundle.ts'

/** What the coordination of one model works with. */
export interface CoordinatorDeps extends Pick<Tabs, 'id' | 'alone' | 'lives' | 'tell'> {
  readonly model: string
  readonly store: Store
  /** What signed metadata vouches for: rollouts and manifests. */
  readonly documents: Documents
  readonly repository: Repository
  /** What came with the app. */
  readonly bundle: Bundle | undefined
  readonly platform: DeliveryPlatform
  readonly engine: (engine: Engine) => Promise<RuntimeApi>
  /** The engine as it runs now; undefined when none does. */
  readonly running: (engine: Engine) => RuntimeApi | undefined
  /** Ends an engine's worker, as if it had died: calls under way are made again on a new one. */
  readonly endEngine: (engine: Engine, reason: HomingError) => Promise<void>
  readonly judge: EngineJudge
  readonly memory: MemoryKeeper
  readonly device: () => Promise<Device>
  /** Tells the page; resolves when the page has taken note. */
  readonly emit: (event: ModelEvent) => Promise<void>
  /** Deletes what no model needs any more. */
  readonly cleaner: Cleaner
  /** Closed while the connection costs money, where the app asks for that. */
  readonly gate: MeteredGate
  /** Knows under which versions the engine dies. */
  readonly crashes: CrashCount
  /** Makes room before a download. */
  readonly room: StorageRoom
  /** Knows what failed on this device. */
  readonly rejections: Rejections
  /** What each backend runs on here. */
  readonly adapters: () => Promise<Adapters>
  /** Tells other tabs which versions this one needs. */
  readonly claims: Claims
  /** Milliseconds between probes of a backend that serves; 0 never probes it again. */
  readonly probeInterval: number
  /** Milliseconds between looks for new versions; 0 never looks by itself. */
  readonly pollInterval: number
}
