import type { HomingErrorData } from '@homing/protocol'

/** What a page tells a worker outside of calls. */
export type ToWorker =
  | { readonly type: 'start'; readonly lock: string; readonly config: unknown; readonly port: MessagePort }
  | { readonly type: 'port'; readonly port: MessagePort }

/** What a worker tells its page outside of calls. `beats`: it has no Web Locks and sends `beat` instead. */
export type FromWorker =
  | { readonly type: 'ready'; readonly beats: boolean }
  | { readonly type: 'beat' }
  | { readonly type: 'failed'; readonly error: HomingErrorData }
