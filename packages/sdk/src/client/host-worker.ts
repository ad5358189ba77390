import { serveWorker } from '../transport/serve-worker.ts'
import type { HostConfig } from './host-api.ts'
import { createHost } from './host/create-host.ts'

serveWorker((config: HostConfig) => createHost(config))
