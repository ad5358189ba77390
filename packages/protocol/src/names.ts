import * as v from 'valibot'

import { maxNameLength } from './config.ts'
import { modelNamePattern } from './model-name.ts'

/** Name of a model: lower-case letters, digits and inner hyphens, at most 64; it is a folder name in the static layout. */
export const ModelNameSchema = v.pipe(
  v.string(),
  v.regex(modelNamePattern, 'not a model name (lower-case letters, digits, hyphens; at most 64)'),
)

/** A name that an author chose: of a tensor, feature, label. */
export const AuthorNameSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(maxNameLength))

/** SHA-256 in lower-case hexadecimal. */
export const Sha256Schema = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'not a SHA-256 in hexadecimal'))

/** A whole number of bytes that a JavaScript number holds exactly. */
export const ByteCountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** A file named by its content: it lies at `blobs/<sha256>` and has exactly `size` bytes. */
export const FileRefSchema = v.object({ sha256: Sha256Schema, size: ByteCountSchema })

/** A file named by its content. */
export type FileRef = v.InferOutput<typeof FileRefSchema>
