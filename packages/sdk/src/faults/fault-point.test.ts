import { join } from 'node:path'

import { build, type Rolldown } from 'vite'
import { expect, test } from 'vitest'

import { faultPoint, type FaultScope } from './fault-point.ts'
import { storeWrites, updateSteps, writePhases } from './fault-points.ts'

const names = [
  ...updateSteps,
  ...storeWrites.flatMap((write) => writePhases.map((phase) => `${write}-${phase}`)),
]

/** The host worker as bundlers of apps see it. */
async function bundled(define: Record<string, string>): Promise<string> {
  const { output } = (await build({
    configFile: false,
    logLevel: 'error',
    define,
    resolve: { conditions: ['@homing/source', 'browser', 'import', 'module', 'default'] },
    build: {
      write: false,
      minify: false,
      rolldownOptions: { input: join(import.meta.dirname, '../client/host-worker.ts') },
    },
  })) as Rolldown.RolldownOutput
  return output.map((file) => (file.type === 'chunk' ? file.code : '')).join('\n')
}

test('a name is used once', () => {
  expect(new Set(names).size).toBe(names.length)
})

test('sources tell where they are, and nothing happens where nobody asks', () => {
  const scope = globalThis as FaultScope
  const passed: string[] = []
  faultPoint('blob-begun')
  scope.homingFaultPoint = (point) => passed.push(point)
  faultPoint('blob-committed')
  delete scope.homingFaultPoint
  expect(passed).toEqual(['blob-committed'])
})

test('what is published holds neither a name nor a call', async () => {
  const [tested, published] = await Promise.all([bundled({}), bundled({ __HOMING_FAULT_POINTS__: 'false' })])
  expect(tested).toContain('blob-fetched')
  for (const name of ['homingFaultPoint', ...updateSteps, ...writePhases.map((phase) => `-${phase}`)])
    expect(published.includes(name), name).toBe(false)
  // Where chunks share it, the function stays, with nothing in it.
  expect(published.replace('function faultPoint(point) {}', '')).not.toMatch(/aultPoint\w*\(/)
})
