import { readFileSync } from 'node:fs'

import { expect, it, test } from 'vitest'

import { linearEngine } from '../../test/linear-engine.ts'
import * as testing from '../testing.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const examples = Array.from(
  read('../../../../docs/engines.md').matchAll(/```ts\n(.*?)```/gs),
  ([, code]) => code!,
)

test('the engine and the worker of the page are those that the tests run', () => {
  const [engine, worker] = examples.map((code) =>
    code.replace('@homing/sdk/engine', '../src/engine.ts').trim(),
  )
  const lines = (code: string): string[] => code.split('\n').filter((line) => line.trim() !== '')
  expect(lines(engine!)).toEqual(lines(read('../../test/linear-engine.ts')))
  expect(lines(worker!)).toEqual(lines(read('../../test/linear-worker.ts')))
})

const contract = examples.at(-1)!.replace(/^import .*\n/gm, '')
const given = { ...testing, linearEngine, it }
type Example = (...given: unknown[]) => void
const AnyFunction = Function as unknown as new (...code: string[]) => Example
new AnyFunction(...Object.keys(given), contract)(...Object.values(given))
