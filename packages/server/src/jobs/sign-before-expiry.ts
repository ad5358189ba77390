import { type Lifetimes, maxSigningPauseMs } from '../config.ts'
import { pruneMetadata } from '../metadata/prune-metadata.ts'
import { type Signing, type SigningParts, warnOfExpiry } from '../metadata/signing.ts'

/** Parts of the shortest life between two looks: what is half over is found well before its end. */
const looksPerLifetime = 8

/** A job that signs for as long as the server runs. */
export interface SigningJob {
  /** Resolves after the first look. */
  readonly first: Promise<void>
  /** Ends it; resolves when nothing is under way any more. Idempotent. */
  end(): Promise<void>
}

/**
 * Signs now and then again, so that nothing the server vouches for expires, and what a crash or a failing key left undone
 * is done. Any number of processes may do so over one data folder. A failure is logged, and the next look tries again.
 */
export function signBeforeExpiry(parts: SigningParts, signing: Signing): SigningJob {
  let ended = false
  const first = look()
  let looking = first
  const timer = setInterval(() => {
    looking = looking.then(look)
  }, pauseOf(parts.lifetimes)).unref()

  async function look(): Promise<void> {
    if (ended) return
    try {
      await signing.sign()
      await warnOfExpiry(parts)
      const versions = await pruneMetadata(parts)
      if (versions > 0) parts.log.info({ versions }, 'removed metadata that no client needs')
    } catch (err) {
      parts.log.error({ err }, 'metadata could not be signed')
    }
  }

  return {
    first,
    end() {
      ended = true
      clearInterval(timer)
      return looking
    },
  }
}

function pauseOf({ timestampMs, snapshotMs, rolloutsMs }: Lifetimes): number {
  return Math.min(maxSigningPauseMs, Math.min(timestampMs, snapshotMs, rolloutsMs) / looksPerLifetime)
}
