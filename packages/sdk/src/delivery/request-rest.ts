import { type FileRef, HomingError } from '@homing/protocol'

import type { BlobArrival } from './blob-arrival.ts'
import { bodyPieces } from './body-pieces.ts'
import { isHtml } from './is-html.ts'
import { openResponse } from './open-response.ts'
import { paceKeeper } from './pace-keeper.ts'
import type { DeliveryPlatform } from './ports.ts'
import type { RangeAnswer } from './range-answer.ts'
import { strongTag } from './strong-tag.ts'

/** What has proved to be of no use for one blob. */
export interface Distrust {
  /** Caches on the way: one of them may hold a spoiled copy. */
  caches: boolean
  /** Answers to requests for a part. */
  ranges: boolean
  /** Conditions on the tag: another origin may refuse them. */
  tags: boolean
}

/** What a request works with. */
export interface RestRequest {
  readonly platform: DeliveryPlatform
  readonly url: string
  readonly ref: FileRef
  readonly arrival: BlobArrival
  readonly distrust: Distrust
  readonly signal: AbortSignal | undefined
  readonly onBytes: ((received: number) => void) | undefined
}

/**
 * Asks once for what lacks of a blob, and takes what comes into `arrival`, up to its size. Answers from the start on, where
 * a part was asked for, and web pages are read beside what is there, so that they spoil nothing.
 * @throws HomingError as `openResponse`, RESPONSE_UNEXPECTED for a web page, INTEGRITY_FAILED when the file is longer or shorter.
 */
export async function requestRest(request: RestRequest): Promise<void> {
  const { platform, url, arrival, distrust, signal } = request
  const asked = distrust.ranges ? 0 : arrival.received
  const condition = distrust.tags ? undefined : arrival.tag
  const state = { answered: false }
  const get = {
    url,
    // A blob goes to the store: a second copy in the HTTP cache would only push other pages' files out.
    cache: distrust.caches ? 'reload' : 'no-store',
    headers: rangeHeaders(asked, condition),
    unknown: 'BLOB_UNKNOWN',
    expected: [416],
    signal,
  } as const
  try {
    await openResponse(platform, get, (response) => {
      state.answered = true
      return takeAnswer(response, asked, request)
    })
  } finally {
    // Another origin may refuse the question that a condition asks of it first; the hash is condition enough.
    if (!state.answered && asked > 0) distrust.tags = true
  }
}

function rangeHeaders(asked: number, condition: string | undefined): Record<string, string> {
  if (asked === 0) return {}
  return { range: `bytes=${asked}-`, ...(condition === undefined ? {} : { 'if-range': condition }) }
}

async function takeAnswer(response: Response, asked: number, request: RestRequest): Promise<void> {
  const { platform, url, ref, arrival, distrust, onBytes } = request
  const place = await placeOf(response, asked, ref.size)
  if (place.name === 'useless') {
    distrust.ranges = true
    throw new HomingError('INTEGRITY_FAILED', `${url} ${place.problem}`, {
      details: { sha256: ref.sha256, received: arrival.received },
    })
  }
  const tag = strongTag(response)
  const keepPace = paceKeeper(platform, url)
  let position = place.start
  let came = 0
  let html = false
  /** Read beside what is there: see above. */
  let aside: Uint8Array<ArrayBuffer> | undefined
  for await (const piece of bodyPieces(platform, response, url)) {
    if (came === 0) {
      html = isHtml(response, piece)
      if (html || position < arrival.received) aside = new Uint8Array(ref.size)
    }
    came += piece.byteLength
    if (position + piece.byteLength > ref.size) {
      if (html) throw webPage(url)
      await arrival.discard()
      throw wrongLength(url, ref, position + piece.byteLength)
    }
    if (aside) {
      aside.set(piece, position)
      position += piece.byteLength
      if (html ? position === ref.size : position > arrival.received) {
        await arrival.replace(aside, position, tag)
        aside = undefined
      }
    } else {
      await arrival.take(piece, tag)
      position = arrival.received
    }
    if (!html) onBytes?.(arrival.received)
    keepPace(came)
  }
  if (position === ref.size) return
  if (html) throw webPage(url)
  throw wrongLength(url, ref, position)
}

/** What reads other answers than whole files is loaded with the first of them. */
async function placeOf(response: Response, asked: number, size: number): Promise<RangeAnswer> {
  if (asked === 0 && response.status === 200) return { name: 'from', start: 0 }
  return (await import('./range-answer.ts')).rangeAnswer(response, asked, size)
}

function webPage(url: string): HomingError {
  return new HomingError('RESPONSE_UNEXPECTED', `${url} answered with a web page`, { details: { url } })
}

function wrongLength(url: string, ref: FileRef, received: number): HomingError {
  return new HomingError('INTEGRITY_FAILED', `${url} does not have the bytes that its hash names`, {
    details: { sha256: ref.sha256, size: ref.size, received: Math.min(received, ref.size) },
  })
}
