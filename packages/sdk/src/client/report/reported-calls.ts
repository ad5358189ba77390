import type { ReportedCall } from '@homing/protocol'

/** Calls of one page, the latest last. */
export interface ReportedCalls {
  /** A random name of the page, as long as it lives. */
  readonly page: string
  readonly calls: readonly ReportedCall[]
}
