import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { tufRepository } from '@homing/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { embeddedRoot } from './embedded-root.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-root-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (text: string | Uint8Array): Promise<string> => {
  const file = join(folder, 'root.json')
  await writeFile(file, text)
  return file
}

it('gives a root as it stands, also one that has expired', async () => {
  const [bytes] = tufRepository({ expires: '2020-01-01T00:00:00Z' }).roots
  expect(await embeddedRoot(await write(bytes!))).toBe(new TextDecoder().decode(bytes))
})

it('refuses what is missing, malformed or not signed by its own keys, and says where a root comes from', async () => {
  const forged = new TextDecoder().decode(tufRepository().roots[0]).replace('"version":1', '"version":2')
  const refusal = {
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('homing keys show --root') as string,
  }
  await expect(embeddedRoot(join(folder, 'none.json'))).rejects.toMatchObject(refusal)
  for (const text of ['', '{}', '<!doctype html>', forged])
    await expect(embeddedRoot(await write(text)), text).rejects.toMatchObject(refusal)
})
