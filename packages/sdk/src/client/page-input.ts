import type { InputValue } from '../inputs/input-value.ts'

/** An input as the page passes it: what the worker takes, and any image of the page: canvases, bitmaps, elements, files. */
export type PageInput = InputValue | ImageBitmapSource | readonly ImageBitmapSource[]
