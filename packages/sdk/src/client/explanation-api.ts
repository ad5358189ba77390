import type { ExplainSettings } from '../runtime/explanation-api.ts'
import type { PageInput } from './page-input.ts'

/** How one answer is explained. */
export interface ExplainOptions extends Omit<ExplainSettings, 'baseline'> {
  /**
   * What the input is compared with, by the names of the inputs: a number for every pixel (0 black, 1 white) or element,
   * a row (features that it lacks keep their default), an image or a tensor. Default: what the package says; else for a
   * row the means that it is standardised by, for an image the background of the pipeline, for a tensor 0.
   */
  readonly baseline?: Readonly<Record<string, number | PageInput>>
  readonly signal?: AbortSignal
}
