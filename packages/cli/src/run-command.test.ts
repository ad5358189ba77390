import { Writable } from 'node:stream'

import { HomingError } from '@homing/protocol'
import { Command } from 'commander'
import { expect, test } from 'vitest'

import { runCommand } from './run-command.ts'

test('what a server says reaches the terminal as text alone', async () => {
  let written = ''
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString()
      done()
    },
  }) as unknown as NodeJS.WriteStream
  const root = new Command('homing').action(() => {
    throw new HomingError('VERSION_EXISTS', 'ünï\u001b]0;title\u0007\u009b2J\r\nnext')
  })
  expect(await runCommand(root, [], { stdout: stream, stderr: stream })).toBe(1)
  expect(written).toMatch(/^error VERSION_EXISTS: ünï\ufffd]0;title\ufffd\ufffd2J\ufffd\nnext\n/)
})
