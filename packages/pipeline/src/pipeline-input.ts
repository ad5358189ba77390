import type { Tensor } from '@homing/protocol'

/** A decoded image: row-major RGBA, four bytes a pixel, alpha not premultiplied. An `ImageData` is one. */
export interface RgbaImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8ClampedArray | Uint8Array
}

/** One row of a table: a value for each feature by name. `null`, `undefined` and NaN are missing values. */
export type Row = Readonly<Record<string, number | string | null | undefined>>

/** What a caller passes under one input name: an image, a row, a batch of either, or the tensor itself. */
export type PipelineInput = Tensor | RgbaImage | readonly RgbaImage[] | Row | readonly Row[]

/** An event that the device keeps, `time` in milliseconds since 1970. */
export interface KeptEvent {
  readonly time: number
  readonly fields: Readonly<Record<string, number>>
}

/** What window features are computed from. */
export interface PipelineContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Kept events named `event` with `time >= sinceMs`, in any order. */
  readonly events: (event: string, sinceMs: number) => readonly KeptEvent[]
}

/** Whether `value` is a tensor rather than an image or a row. */
export function isTensor(value: unknown): value is Tensor {
  if (typeof value !== 'object' || value === null) return false
  const { dtype, shape, data } = value as Partial<Record<keyof Tensor, unknown>>
  return typeof dtype === 'string' && Array.isArray(shape) && typeof data === 'object' && data !== null
}
