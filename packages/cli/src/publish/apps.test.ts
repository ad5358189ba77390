import { Writable } from 'node:stream'

import { expect, test } from 'vitest'

import { serverProcess, token } from '../../test/server-process.ts'
import { runProgram } from '../run-program.ts'

test('keys of apps are made, listed without themselves, and revoked', async () => {
  const server = await serverProcess()
  let written = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk)
      done()
    },
  }) as unknown as NodeJS.WriteStream
  const homing = async (...args: string[]): Promise<string> => {
    written = ''
    const flags = ['--server', server, '--token', token]
    const exit = await runProgram([...args, ...flags], { stdout: sink, stderr: sink })
    return `${exit} ${written}`
  }

  expect(await homing('apps', 'list')).toBe('0 No app has a key.\n')
  const made = await homing('apps', 'create', 'shop', '--origin', 'https://shop.example.org', 'app://shop')
  const [, key, id] = /^0 (homing_\S+)\n.*\(([0-9a-f]{16})\)/.exec(made)!
  const listed = await homing('apps', 'list')
  expect(listed).toMatch(
    new RegExp(`^shop +${id!} +\\d{4}-\\d\\d-\\d\\d +https://shop.example.org app://shop$`, 'm'),
  )
  expect(listed).not.toContain(key)
  expect(await homing('apps', 'revoke', id!)).toBe(`0 ${id!} of shop is revoked\n`)
  expect(await homing('apps', 'list')).toMatch(/ revoked \d{4}/)
  expect(await homing('apps', 'create', 'shop', '--origin', 'https://shop.example.org/path')).toMatch(
    /^1 .*origins/s,
  )
  expect(await homing('apps', 'revoke', '0'.repeat(16))).toMatch(/^1 .*No key of an app/s)
})
