/** What a page measures of one visit, in milliseconds since its navigation began. */
export interface Visit {
  /** Until the first prediction was there. */
  readonly firstPrediction: number
  /** The ten scores, so that both sides can be seen to run the same model. */
  readonly scores: readonly number[]
  readonly version: string
  readonly backend: string
  readonly threads: number
}

declare global {
  /** Set when the page has measured, or failed. */
  var visit: Promise<Visit> | undefined
}

/** Side of the digit, in pixels. */
export const side = 28

/** A drawn "1": a vertical bar, white on black, 0 to 255. */
export function digit(): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(side * side)
  for (let y = 4; y < 24; y++) pixels.fill(255, y * side + 13, y * side + 16)
  return pixels
}

const patience = 60_000 // milliseconds

/** `visit`, or a rejection when it takes too long: a browser that waits for ever would stop the benchmark. */
export function inTime(visit: Promise<Visit>): Promise<Visit> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error(`no prediction in ${patience} ms`))
    }, patience)
  })
  return Promise.race([visit, late])
}
