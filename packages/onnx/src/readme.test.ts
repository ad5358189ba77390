import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import * as onnx from './index.ts'

const AsyncFunction = Object.getPrototypeOf(async () => {
  /* only for its constructor */
}).constructor as new (...parts: string[]) => (api: typeof onnx) => Promise<unknown>

test('the example of the README runs and says the truth', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!
  const body = code.replace(/import (\{[^}]*\}) from '@homing\/onnx'/, 'const $1 = onnx')
  const claims = [...code.matchAll(/^(.+) \/\/ (\[.*\])$/gm)]
  expect(claims).toHaveLength(2)
  const checks = claims.map(([, expression, value]) => `[${expression!}, ${value!}]`)
  const pairs = (await new AsyncFunction('onnx', `${body}\nreturn [${checks.join()}]`)(onnx)) as [
    unknown,
    unknown,
  ][]
  for (const [found, claimed] of pairs) expect(found).toEqual(claimed)
})
