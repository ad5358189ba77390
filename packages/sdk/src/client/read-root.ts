import { HomingError } from '@homing/protocol'

/**
 * The trusted root as text, from text, bytes or parsed JSON. Its signatures are checked in the host worker.
 * @throws HomingError CONFIG_INVALID, which says where a root comes from.
 */
export function readRoot(root: unknown): string {
  if (root === undefined || root === null || root === '') refuse('is missing')
  const [text, document] = parsed(root)
  const { _type } = ((document as { signed?: unknown } | null)?.signed ?? {}) as { _type?: unknown }
  if (_type !== 'root') refuse('is other metadata, or none')
  return text
}

function parsed(root: unknown): [text: string, document: unknown] {
  try {
    if (typeof root === 'string') return [root, JSON.parse(root)]
    if (root instanceof Uint8Array || root instanceof ArrayBuffer) {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(root)
      return [text, JSON.parse(text)]
    }
    return [JSON.stringify(root), root]
  } catch (cause) {
    return refuse('is not JSON', cause)
  }
}

function refuse(problem: string, cause?: unknown): never {
  const advice =
    'Bundle what `homing keys show --root` prints, for example with `import root from "./root.json"`, and pass it as `root`.'
  throw new HomingError(
    'CONFIG_INVALID',
    `\`root\` ${problem}. It is the metadata in which all trust begins. ${advice}`,
    cause === undefined ? {} : { cause },
  )
}
