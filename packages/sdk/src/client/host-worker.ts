import { serveWorker } from '../transport/serve-worker.ts'
import { createHost } from './host/create-host.ts'
import type { HostConfig } from './host-api.ts'

serveWorker((config: HostConfig) => createHost(config))
