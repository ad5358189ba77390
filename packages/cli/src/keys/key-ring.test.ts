import { createPublicKey } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { generatePrivateKey, signerOfPem, writeKeyFile } from '@homing/tuf/repository'
import { describe, expect, test } from 'vitest'

import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { keyRing } from './key-ring.ts'

/** A program that signs what it reads with the key in its last argument, as the client of a key store would. */
const program = `
  const { readFileSync } = require('node:fs')
  const signature = require('node:crypto').sign(null, readFileSync(0), readFileSync(process.argv.at(-1)))
  process.stdout.write(signature.toString('base64') + '\\n')`

const data = new TextEncoder().encode('signed')
const publicPem = (pem: string): string =>
  createPublicKey(pem).export({ format: 'pem', type: 'spki' }) as string

describe('keyRing', () => {
  test('takes keys from files, the environment and commands, as the README says', async () => {
    const folder = await temporaryFolder()
    const [first, second, third, fourth] = Array.from({ length: 4 }, () => generatePrivateKey()) as [
      string,
      string,
      string,
      string,
    ]
    await writeKeyFile(join(folder, 'publisher-1.pem'), first)
    await mkdir(join(folder, 'store'))
    await writeKeyFile(join(folder, 'store', 'key'), second)
    const script = await file(folder, 'sign.cjs', program)
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const example = JSON.parse([...readme.matchAll(/```json\n(.*?)```/gs)][1]![1]!) as object
    await file(folder, 'targets.command.json', {
      ...example,
      publicKey: publicPem(second),
      command: [process.execPath, script, join(folder, 'store', 'key')],
    })
    await file(folder, 'notes.txt', 'no key')
    const environment = {
      HOMING_SIGNING_KEY: `${third}${fourth}`,
      HOMING_SIGNING_COMMAND: `${process.execPath} ${script} ${join(folder, 'store', 'key')}`,
      HOMING_SIGNING_PUBLIC_KEY: publicPem(second),
    }
    const ring = await keyRing({ keys: folder, environment })
    expect(ring.map(({ role, signer }) => [role, signer.keyId])).toEqual([
      ['publisher', signerOfPem(first).keyId],
      ['targets', signerOfPem(second).keyId],
      ['', signerOfPem(third).keyId],
      ['', signerOfPem(fourth).keyId],
      ['', signerOfPem(second).keyId],
    ])
    const expected = await signerOfPem(second).sign(data)
    for (const at of [1, 4]) expect(await ring[at]!.signer.sign(data)).toEqual(expected)
  })

  test('is empty without a folder', async () => {
    expect(await keyRing({ keys: join(await temporaryFolder(), 'none') })).toEqual([])
    expect(await keyRing({ environment: { HOMING_SIGNING_KEY: '' } })).toEqual([])
  })

  test.each<[string, Record<string, string>]>([
    ['a key that is none', { HOMING_SIGNING_KEY: 'hunter2 is the secret' }],
    ['a command without its public key', { HOMING_SIGNING_COMMAND: 'sign' }],
    ['an empty command', { HOMING_SIGNING_COMMAND: ' ', HOMING_SIGNING_PUBLIC_KEY: 'x' }],
    ['a public key that is none', { HOMING_SIGNING_COMMAND: 'sign', HOMING_SIGNING_PUBLIC_KEY: 'hunter2' }],
  ])('refuses %s, and never repeats it', async (_, environment) => {
    const error = await keyRing({ environment }).catch((thrown: unknown) => thrown)
    expect(error).toEqual(code('KEY_INVALID'))
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  test.each([
    ['publisher.pem', 'hunter2'],
    ['publisher.command.json', '{'],
    ['publisher.command.json', { publicKey: 'x', command: [] }],
    ['publisher.command.json', { publicKey: 'x', command: 'sign --fast' }],
  ])('refuses a malformed %s', async (name, content) => {
    const folder = await temporaryFolder()
    if (name.endsWith('.pem')) await writeKeyFile(join(folder, name), content as string)
    else await file(folder, name, content)
    const error = await keyRing({ keys: folder }).catch((thrown: unknown) => thrown)
    expect(error).toEqual(code('KEY_INVALID'))
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })
})
