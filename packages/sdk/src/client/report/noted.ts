import type { ModelStatus } from '../status-api.ts'
import type { LoggedCall } from './black-box.ts'

/** A call, or a version that came to serve at `end` of the page's clock. */
export type Noted = LoggedCall | { readonly status: ModelStatus; readonly end: number }
