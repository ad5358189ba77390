import { expect, it } from 'vitest'

import readme from '../README.md?raw'
import { bytesOf, rollout } from '../test/documents.ts'
import { manifestPath } from '../test/readme-example.ts'
import example from '../test/readme-example.ts?raw'

it('runs the example of the README', () => {
  expect(readme).toContain(`\`\`\`ts\n${example}\`\`\``)
  expect(manifestPath(bytesOf(rollout), 'wine')).toBe('models/wine/1.1.0/manifest.json')
})
