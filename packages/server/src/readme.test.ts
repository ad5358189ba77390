import { readFile } from 'node:fs/promises'

import { expect, test } from 'vitest'

import { temporaryFolder } from '../test/fixture.ts'
import { createServer } from './index.ts'

test('the example of the README runs', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example =
    /```ts\nimport \{ createServer \} from '@homing\/server'\n([^`]*(?:`[^`\n]*`[^`]*)*)```/.exec(readme)![1]!
  const folder = await temporaryFolder()
  const AsyncFunction = (async () => undefined).constructor as new (
    ...code: string[]
  ) => (...values: unknown[]) => Promise<unknown>
  const run = new AsyncFunction('createServer', `${example.replace('./homing-data', folder)}\nreturn models`)
  expect(await run(createServer)).toEqual([])
})
