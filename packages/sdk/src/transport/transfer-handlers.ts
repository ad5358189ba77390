import { HomingError, type HomingErrorData } from '@homing/protocol'
import { type TransferHandler, transferHandlers } from 'comlink'

const plainThrow = transferHandlers.get('throw') as TransferHandler<{ value: unknown }, unknown>

/** What an error of ours carries besides comlink's own form: class, code, details and cause. */
interface WireThrow {
  readonly homing: HomingErrorData
}

/**
 * Comlink flattens errors; this keeps ours whole. Others cross as comlink sends them: the app may use the same
 * comlink with workers of its own, which know nothing of this.
 */
const throwHandler: TransferHandler<{ value: unknown }, unknown> = {
  canHandle: (value): value is { value: unknown } => plainThrow.canHandle(value),
  serialize(thrown) {
    const [plain, transferables] = plainThrow.serialize(thrown)
    if (!(thrown.value instanceof HomingError)) return [plain, transferables]
    return [{ ...(plain as object), ...wireForm(thrown.value) }, transferables]
  },
  deserialize(wire) {
    if (isOurs(wire)) throw HomingError.from(wire.homing)
    return plainThrow.deserialize(wire)
  },
}

function wireForm(error: HomingError): WireThrow {
  return { homing: error.toJSON() }
}

function isOurs(wire: unknown): wire is WireThrow {
  return typeof wire === 'object' && wire !== null && 'homing' in wire
}

/** A signal cannot be cloned: it crosses as a port that tells of the abort. */
const signalHandler: TransferHandler<AbortSignal, { aborted: boolean; port: MessagePort }> = {
  canHandle: (value): value is AbortSignal => value instanceof AbortSignal,
  serialize(signal) {
    const { port1, port2 } = new MessageChannel()
    signal.addEventListener('abort', () => port1.postMessage('abort'), { once: true })
    return [{ aborted: signal.aborted, port: port2 }, [port2]]
  },
  deserialize({ aborted, port }) {
    const controller = new AbortController()
    if (aborted) controller.abort()
    port.onmessage = () => {
      controller.abort()
      port.close()
    }
    return controller.signal
  },
}

/** Teaches comlink our errors and abort signals. Idempotent; other users of comlink on the page are not disturbed. */
export function installTransferHandlers(): void {
  if (transferHandlers.get('homing-signal') !== undefined) return
  transferHandlers.set('throw', throwHandler)
  transferHandlers.set('homing-signal', signalHandler)
}

/** The wire form of a thrown error, as comlink expects it in a reply. */
export function wireThrow(error: HomingError): { type: 'HANDLER'; name: 'throw'; value: WireThrow } {
  return { type: 'HANDLER', name: 'throw', value: wireForm(error) }
}
