import type { ModelSummary } from '@homing/protocol'

import { table } from '../table.ts'

/** The models of a server, in lines for people. */
export function describeModels(models: readonly ModelSummary[]): string[] {
  if (models.length === 0) return ['No model is published.']
  return table([
    ['MODEL', 'VERSION', 'ROLE', 'PUBLISHED'],
    ...models.flatMap(({ model, champion, challenger, versions }) =>
      versions.map(({ version, publishedAt, signed }, i) => {
        const serving = version === champion ? 'champion' : version === challenger ? 'challenger' : ''
        const role = signed ? serving : 'not signed'
        return [i === 0 ? model : '', version, role, publishedAt]
      }),
    ),
  ])
}
