export { createServer } from './app.ts'
export { defaultLimits, type Limits } from './config.ts'
export type { ServerOptions } from './options.ts'
