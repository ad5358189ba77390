import fc from 'fast-check'

/** Every place in a JSON value, as a path of keys. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, item]) => places(item, [...path, key]))]
}

function replaced(value: unknown, path: string[], replacement: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return replacement
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<
    string,
    unknown
  >
  copy[key] = replaced(copy[key], rest, replacement)
  return copy
}

/** `document` with up to three places replaced by any JSON value, hostile numbers and long strings among them. */
export function mutatedDocuments(document: object): fc.Arbitrary<unknown> {
  const hostile = fc.constantFrom<unknown>(
    -1,
    0.5,
    2 ** 53,
    1e308,
    '',
    'x'.repeat(10_000),
    [],
    {},
    null,
    '../../etc',
    '1.0.0',
  )
  const edit = fc.record({
    path: fc.constantFrom(...places(document)),
    value: fc.oneof(hostile, fc.jsonValue()),
  })
  return fc.array(edit, { minLength: 1, maxLength: 3 }).map((edits) => {
    let result: unknown = document
    for (const { path, value } of edits) {
      try {
        result = replaced(result, path, value)
      } catch {
        // an earlier edit removed this place
      }
    }
    return result
  })
}

/** `bytes` cut short, or with some of its bytes flipped. */
export function damagedBytes(bytes: Uint8Array<ArrayBuffer>): fc.Arbitrary<Uint8Array<ArrayBuffer>> {
  const cut = fc.nat(bytes.byteLength - 1).map((length) => bytes.slice(0, length))
  const flips = fc.array(
    fc.record({ at: fc.nat(bytes.byteLength - 1), mask: fc.integer({ min: 1, max: 255 }) }),
    { minLength: 1, maxLength: 8 },
  )
  const flipped = flips.map((all) => {
    const copy = bytes.slice()
    for (const { at, mask } of all) copy[at] = copy[at]! ^ mask
    return copy
  })
  return fc.oneof(cut, flipped)
}
