import type { ExplainSettings } from '../runtime/explanation-api.ts'
import type { PageInput } from './page-input.ts'

/** How one answer is explained. */
export interface ExplainOptions extends ExplainSettings<PageInput> {
  readonly signal?: AbortSignal
}
