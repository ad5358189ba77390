import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, onTestFinished, test } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { processLock } from './process-lock.ts'

async function locks(count: number, timeoutMs?: number) {
  const file = join(await temporaryFolder(), 'signing.lock')
  const opened = Array.from({ length: count }, () => processLock(file, timeoutMs))
  onTestFinished(() => opened.forEach((lock) => lock.close()))
  return { file, opened }
}

test('one at a time holds it, in order within one process, and each gets its result', async () => {
  const { opened } = await locks(3)
  let inside = 0
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      opened[i % 3]!.hold(async () => {
        expect(++inside).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 1))
        inside--
        return i
      }),
    ),
  )
  expect(results).toEqual(Array.from({ length: 12 }, (_, i) => i))
})

test('it is free again after a failure, and closes twice', async () => {
  const { opened } = await locks(2)
  await expect(opened[0]!.hold(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await opened[1]!.hold(() => Promise.resolve('yes'))).toBe('yes')
  expect(await opened[0]!.hold(() => Promise.resolve('yes'))).toBe('yes')
  opened[0]!.close()
  opened[0]!.close()
})

test('who waits too long is told', async () => {
  const { opened } = await locks(2, 30)
  await opened[0]!.hold(async () => {
    await expect(opened[1]!.hold(() => Promise.resolve())).rejects.toMatchObject({ code: 'SERVER_FAILED' })
  })
})

test('a process that is killed lets go of it', async () => {
  const { file, opened } = await locks(1)
  const source = fileURLToPath(new URL('./process-lock.ts', import.meta.url))
  const code = `const { processLock } = await import(${JSON.stringify(source)})
    await processLock(${JSON.stringify(file)}).hold(() => { console.log('held'); setInterval(() => {}, 1000); return new Promise(() => {}) })`
  const child = spawn(
    process.execPath,
    ['--conditions=@homing/source', '--import', 'tsx', '--input-type=module', '-e', code],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  let free = false
  const held = opened[0]!.hold(() => Promise.resolve()).then(() => (free = true))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(free).toBe(false)
  child.kill('SIGKILL')
  await held
  expect(free).toBe(true)
}, 20_000)
