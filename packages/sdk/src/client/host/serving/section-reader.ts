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
}

/** `reading` holds what is on its way; `life` ends with the model. */
export function createSectionReader(
  { reading, ...deps }: CoordinatorDeps & { readonly reading: Set<Promise<unknown>> },
  server: VersionServer,
  repository: () => Repository,
  life: AbortSignal,
): SectionReader {
  return {
    async read(section, outer) {
      const signal = AbortSignal.any([outer, life])
      await server.ready()
      const { manifest } = server.serving! // `ready` rejects when nothing serves
      const { readSection } = await import('../../../delivery/read-section.ts')
      const read = () => readSection(manifest, section, { ...deps, repository: repository(), signal })
      const mine = deps.alone(`${deps.model}/${section}`, signal, read)
      reading.add(mine)
      return mine
        .catch((error: unknown) => {
          throw life.aborted ? closedError(deps.model) : error
        })
        .finally(() => reading.delete(mine))
    },
  }
}
