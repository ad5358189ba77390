import { stallTimeout } from './config.ts'
import { isHtml } from './is-html.ts'
import { type GetRequest, openResponse } from './open-response.ts'
import type { DeliveryPlatform } from './ports.ts'
import { within } from './within.ts'

/** One file to fetch. */
export interface FetchRequest extends GetRequest {
  /** More than this many bytes are not read. */
  readonly maxBytes: number
  /** Bytes of this attempt that have arrived. */
  readonly onBytes?: ((received: number) => void) | undefined
}

/** What came. */
export interface FetchedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** False when the body is longer than `maxBytes`; `bytes` is then cut. */
  readonly whole: boolean
  readonly html: boolean
}

/**
 * The body of one GET, in one attempt.
 * @throws HomingError as `openResponse`.
 */
export function fetchBytes(platform: DeliveryPlatform, request: FetchRequest): Promise<FetchedBytes> {
  return openResponse(platform, request, async (response) => {
    const { bytes, whole } = await readBody(platform, response, request)
    return { bytes, whole, html: isHtml(response, bytes) }
  })
}

async function readBody(
  platform: DeliveryPlatform,
  response: Response,
  { url, maxBytes, onBytes }: FetchRequest,
): Promise<Pick<FetchedBytes, 'bytes' | 'whole'>> {
  const chunks: Uint8Array[] = []
  let received = 0
  const reader = response.body?.getReader()
  while (reader) {
    const { done, value } = await within(
      platform,
      stallTimeout,
      reader.read(),
      `${url} stopped after ${received} bytes`,
    )
    if (done) break
    if (received + value.byteLength > maxBytes) return { bytes: join(chunks, received), whole: false }
    chunks.push(value)
    received += value.byteLength
    onBytes?.(received)
  }
  return { bytes: join(chunks, received), whole: true }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}
