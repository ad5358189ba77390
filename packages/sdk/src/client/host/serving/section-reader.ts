import type { Section } from '../../../delivery/read-section.ts'
import type { StoredVersion } from '../../../delivery/read-version.ts'
import type { Repository } from '../../../delivery/repository.ts'
import { closedError } from '../closed-error.ts'
import type { CoordinatorDeps } from '../coordinator-deps.ts'
import type { VersionServer } from './version-server.ts'

/** Reads sections of the version that serves. */
export interface SectionReader {
  /** The graph of a section, and the parameters; what lacks on the device is brought. */
  read(section: Section, signal: AbortSignal): Promise<StoredVersion>
  /** What is on its way. */
  readonly running: ReadonlySet<Promise<unknown>>
}

/** `life` ends with the model. */
export function createSectionReader(
  deps: CoordinatorDeps,
  server: VersionServer,
  repository: () => Repository,
  life: AbortSignal,
): SectionReader {
  const running = new Set<Promise<unknown>>()
  return {
    running,
    async read(section, outer) {
      const signal = AbortSignal.any([outer, life])
      await server.ready()
      const { manifest } = server.serving! // `ready` rejects when nothing serves
      const { readSection } = await import('../../../delivery/read-section.ts')
      const read = () => readSection(manifest, section, { ...deps, repository: repository(), signal })
      const reading = deps.alone(`${deps.model}/${section}`, signal, read)
      running.add(reading)
      return reading
        .catch((error: unknown) => {
          throw life.aborted ? closedError(deps.model) : error
        })
        .finally(() => running.delete(reading))
    },
  }
}
