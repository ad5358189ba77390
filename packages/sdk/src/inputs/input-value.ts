import type { Tensor } from '@homing/protocol'

/** An image as it crosses to the worker, where files are decoded. */
export type ImageSource = ImageData | ImageBitmap | VideoFrame | Blob

/** One row of a table: feature name to value. */
export type TableRow = Readonly<Record<string, number | string | boolean | null | undefined>>

/** What a call passes under one input name: a tensor, or what the pipeline makes one from (several for a batch). */
export type InputValue = Tensor | ImageSource | TableRow | readonly ImageSource[] | readonly TableRow[]

/** Inputs of a call by name. */
export type InputValues = Readonly<Record<string, InputValue>>
