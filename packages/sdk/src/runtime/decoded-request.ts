import { hasFiles } from '../inputs/has-files.ts'
import type { InputValue, InputValues } from '../inputs/input-value.ts'
import type { ExplainRequest, PredictRequest } from './runtime-api.ts'

/** Most calls pass none: what decodes files is loaded with the first. */
const decode = async (inputs: InputValues): Promise<InputValues> =>
  hasFiles(inputs) ? (await import('../inputs/decode-images.ts')).decodeImages(inputs) : inputs

/**
 * A request whose image files are decoded, before it queues: meanwhile the engine runs other calls.
 * @throws HomingError INPUT_VALUE
 */
export async function decodedRequest<R extends PredictRequest>(request: R): Promise<R> {
  return { ...request, inputs: await decode(request.inputs) }
}

/** The same of an explanation, whose baseline may be an image too. @throws HomingError INPUT_VALUE */
export async function decodedExplanation(request: ExplainRequest): Promise<ExplainRequest> {
  const { settings, ...rest } = await decodedRequest(request)
  if (!settings.baseline) return { ...rest, settings }
  const images = Object.entries(settings.baseline).filter(
    (entry): entry is [string, InputValue] => typeof entry[1] !== 'number',
  )
  const baseline = { ...settings.baseline, ...(await decode(Object.fromEntries(images))) }
  return { ...rest, settings: { ...settings, baseline } }
}
