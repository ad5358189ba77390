import {
  canonicalBytes,
  type Manifest,
  parseManifest,
  parsePatches,
  parseRollout,
  type Patches,
  paths,
} from '@homing/protocol'
import { readDocument } from '@homing/tuf/repository'
import type { FastifyBaseLogger } from 'fastify'

import { isListed } from '../metadata/listed-versions.ts'
import { addPatches } from '../patches/make-patches.ts'
import type { PatchMaker } from '../patches/patch-maker.ts'
import { wantedPatches } from '../patches/wanted-patches.ts'
import type { Publication } from '../publication/publish-version.ts'
import type { ProcessLock } from '../repositories/process-lock.ts'

/** What the job works on. */
export interface PatchJobParts {
  readonly publication: Publication
  /** Held while patches are made: of several processes one makes them. */
  readonly lock: ProcessLock
  readonly maker: PatchMaker
  readonly delayMs: number
  readonly log: FastifyBaseLogger
}

/** A job that makes patches after versions were published. */
export interface PatchJob {
  /** Something was published or rolled out: look after a while. Calls within it are one. */
  wake(): void
  /** Ends it; what is under way is left, and made by the next start. Idempotent. */
  end(): Promise<void>
}

/**
 * Makes what patches are missing, after each wake and once at the start. All that it goes by is what is published and
 * which patches are listed, so a crash at any point costs one version's work at most, and doing it twice changes nothing.
 */
export function patchNewVersions(parts: PatchJobParts): PatchJob {
  const stop = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let making: Promise<void> = Promise.resolve()

  const look = async (): Promise<void> => {
    try {
      await parts.lock.hold(() => {
        making = makeMissing(parts, stop.signal).finally(() => parts.maker.rest())
        return making
      })
    } catch (err) {
      if (!stop.signal.aborted) parts.log.error({ err }, 'patches could not be made')
    }
  }
  const wake = (): void => {
    if (stop.signal.aborted || timer) return
    timer = setTimeout(() => {
      timer = undefined
      void look()
    }, parts.delayMs).unref()
  }
  wake()
  return {
    wake,
    async end() {
      stop.abort()
      clearTimeout(timer)
      await making.catch(() => undefined) // told to the log, if it is no consequence of the end
    },
  }
}

async function makeMissing({ publication, maker, log }: PatchJobParts, signal: AbortSignal): Promise<void> {
  const { registry, metadata, signing, store, access } = publication
  const publisher = (await metadata.newest()).get('publisher')
  const listing = publisher && readDocument('targets', publisher.bytes, 'publisher')
  for (const { model, document } of await registry.rollouts()) {
    const { champion, challenger } = parseRollout(Buffer.from(document), model)
    const manifests = new Map<string, Manifest>()
    for (const record of await registry.versions(model)) {
      const bytes = isListed(listing, model, record)
        ? await store.read(paths.blob(record.manifest.sha256))
        : undefined
      if (bytes) manifests.set(record.version, parseManifest(bytes, { model, version: record.version }))
    }
    const serving = [champion, challenger].filter((version) => version !== undefined)
    for (const { version, bases } of wantedPatches([...manifests.values()], serving)) {
      const path = paths.patches(model, version)
      for (const base of bases) {
        signal.throwIfAborted()
        const present = await presentPatches(publication, path, { model, version })
        if (present?.bases.includes(base)) continue
        const parts = { store, access, maker, signal }
        const patches = await addPatches(parts, present, manifests.get(version)!, manifests.get(base)!)
        await signing.addTarget({ path, bytes: canonicalBytes(patches) })
        log.info({ model, version, base, shards: patches.shards.length }, 'made patches')
      }
    }
  }
}

async function presentPatches(
  { metadata }: Publication,
  path: string,
  expected: { model: string; version: string },
): Promise<Patches | undefined> {
  const target = (await metadata.onlineTargets()).find((one) => one.path === path)
  return target && parsePatches(target.bytes, expected)
}
