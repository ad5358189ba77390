import { HomingError, parseJsonBytes, parseWith } from '@homing/protocol'
import canonicalJson from '@tufjs/canonical-json'
import * as v from 'valibot'

const SignatureSchema = v.object({ keyid: v.string(), sig: v.string() })
const EnvelopeSchema = v.object({
  signatures: v.pipe(
    v.array(SignatureSchema),
    v.check((all) => new Set(all.map(({ keyid }) => keyid)).size === all.length, 'holds two of one key'),
  ),
  signed: v.unknown(),
})

/** A signature over metadata. */
export type Signature = v.InferOutput<typeof SignatureSchema>

/** Metadata that was read and not yet verified. */
export interface Metadata<T> {
  readonly signatures: readonly Signature[]
  /** What a role signed, as far as this version of the specification knows it. */
  readonly signed: T
  /** What the signatures are over: canonical JSON of all that the role signed, unknown fields included. */
  readonly signedBytes: Uint8Array<ArrayBuffer>
}

/**
 * The metadata in `bytes` (specification 4.1, 4.2).
 * @throws HomingError METADATA_INVALID when they are malformed, or of another type.
 */
export function readMetadata<S extends v.GenericSchema>(
  schema: S,
  bytes: Uint8Array,
  what: string,
): Metadata<v.InferOutput<S>> {
  const json = parseJsonBytes(bytes, 'METADATA_INVALID', what)
  const { signatures, signed } = parseWith(EnvelopeSchema, json, 'METADATA_INVALID', what)
  return {
    signatures,
    signed: parseWith(schema, signed, 'METADATA_INVALID', what),
    signedBytes: canonicalBytes(signed, what),
  }
}

function canonicalBytes(signed: unknown, what: string): Uint8Array<ArrayBuffer> {
  try {
    return new TextEncoder().encode(canonicalJson.canonicalize(signed))
  } catch (cause) {
    // Canonical JSON has no fractions, and a hostile document can be nested too deep.
    throw new HomingError('METADATA_INVALID', `${what} has no canonical form`, { cause })
  }
}
