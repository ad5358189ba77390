import { readFileSync } from 'node:fs'

import * as onnx from '@homing/onnx'
import { expect, test } from 'vitest'

import * as gradients from './index.ts'
import { ruleOf } from './registry.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

test('the examples of the README run, one after the other, and say the truth', () => {
  const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)]
  const body = blocks
    .map(([, code]) => code!)
    .join('\n')
    .replaceAll(/import (\{.*\}) from '@homing\/(\w+)'/g, 'const $1 = $2')
    .replaceAll('!.', '.')
  const claims = [...body.matchAll(/^(.+) \/\/ (\[.*\]|'.*')$/gm)]
  expect(blocks).toHaveLength(3)
  expect(claims).toHaveLength(6)
  const checks = claims.map(([, expression, value]) => `[${expression!}, ${value!}]`)
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the README is the code under test
  const run = new Function('onnx', 'gradients', `${body}\nreturn [${checks.join()}]`) as (
    ...packages: unknown[]
  ) => [unknown, unknown][]
  for (const [found, claimed] of run(onnx, gradients)) expect(found).toEqual(claimed)
})

test('every operator that is listed has a rule', () => {
  expect(gradients.differentiableOperators).toEqual([...gradients.differentiableOperators].sort())
  for (const type of gradients.differentiableOperators) expect(ruleOf(type), type).toBeDefined()
})

test('the table lists every operator that has a gradient', () => {
  const rows = [...readme.matchAll(/^\| \w+ +\| ([^|]+)\|[^|]*\|$/gm)].slice(1)
  const listed = rows.flatMap(([, operators]) => operators!.match(/\b[A-Z]\w+/g) ?? [])
  expect(listed.sort()).toEqual(gradients.differentiableOperators)
})
