import type { InputValues } from './input-value.ts'

/** Whether a call passes image files, which `decodeImages` must decode before it is made. */
export function hasFiles(inputs: InputValues | null | undefined): boolean {
  return Object.values(inputs ?? {}).some((value: unknown) =>
    Array.isArray(value) ? value.some(isFile) : isFile(value),
  )
}

/** Whether a value is a file, in memory or on a disk. */
export function isFile(value: unknown): value is Blob {
  return typeof Blob !== 'undefined' && value instanceof Blob
}
