import type { BaselineConfig } from './baseline/baseline-config.ts'
import type { ExplanationConfig } from './explanation/explanation-config.ts'
import type { ProbesConfig } from './probes/probes-config.ts'
import type { TrainingConfig } from './training/training-config.ts'
import type { SmallPrecision } from './variants/variants-config.ts'

/** What to pack beside what `pack.json` says; a value here wins. */
export interface PackOptions {
  /** Path of a pack.json that lies elsewhere than beside the source. */
  readonly config?: string | undefined
  readonly model?: string | undefined
  readonly version?: string | undefined
  /** The version that this one was trained from, or the folder that it was packed into. */
  readonly parent?: string | undefined
  /** Folder to write into; `homing-package` where none is given. */
  readonly out?: string | undefined
  /** True lets NaN and infinities pass to every input. */
  readonly allowNaN?: boolean | undefined
  /**
   * True writes what devices train the package with also where pack.json says nothing of it, by defaults. Or what is to
   * win over pack.json and `recipe`; paths in it are seen from the process's folder.
   */
  readonly train?: boolean | TrainingConfig | undefined
  /** Path of a file with such a section; it wins over pack.json. */
  readonly recipe?: string | undefined
  /** True writes what devices explain predictions with, also where pack.json says nothing of it; or what wins over it. */
  readonly explain?: boolean | ExplanationConfig | undefined
  /**
   * True has probes made of drawn inputs, also where pack.json says nothing of them; a string names a file or folder of
   * golden inputs; or what wins over pack.json. Paths are seen from the process's folder.
   */
  readonly probes?: boolean | string | ProbesConfig | undefined
  /** Path of inputs whose predictions are packed too; it wins over pack.json. */
  readonly lookup?: string | undefined
  /** Precisions in which parameters are packed too; true for all. */
  readonly quantize?: boolean | readonly SmallPrecision[] | undefined
  /** Path of labelled examples on which every parameter set is measured. */
  readonly examples?: string | undefined
  /** The data that the version was made with, or a baseline that was measured before; it wins over pack.json. */
  readonly baseline?: BaselineConfig | undefined
  /** Sizes of dynamic dimensions behind the first, for both; they win over those of the sections. */
  readonly dims?: Readonly<Record<string, number>> | undefined
}
