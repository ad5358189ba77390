import { HomingError } from '@homing/protocol'

/** Refuses a pipeline that does not fit: `path` names the place in it, such as `inputs.0.steps.2`. */
export function refusePipeline(path: string, problem: string): never {
  throw new HomingError('PIPELINE_INVALID', `The pipeline does not fit at ${path}: ${problem}`, {
    details: { path },
  })
}
