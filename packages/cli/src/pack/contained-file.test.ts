import { execFileSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { file, temporaryFolder } from '../../test/fixture.ts'
import { openContained } from './contained-file.ts'

/** A model's folder, with files and links inside, and a secret outside. */
async function folders(): Promise<{ root: string; folder: string }> {
  const root = await temporaryFolder()
  const folder = join(root, 'model')
  await file(root, 'secret.bin', 'secret')
  await file(folder, 'weights.bin', '0123456789')
  await file(folder, 'deep/weights.bin', 'deep')
  await symlink(join(root, 'secret.bin'), join(folder, 'link.bin'))
  await symlink(join(folder, 'weights.bin'), join(folder, 'link-inside.bin'))
  await symlink(root, join(folder, 'linked'))
  await symlink(join(root, 'nowhere'), join(folder, 'dangling.bin'))
  return { root, folder }
}

describe('inside the folder', () => {
  test.each([
    ['weights.bin', '345'],
    ['./weights.bin', '345'],
    ['deep/./weights.bin', 'p'],
  ])('%s is read by ranges', async (location, expected) => {
    const { folder } = await folders()
    const opened = await openContained(folder, location, 'TFJS_INVALID')
    const target = new Uint8Array(expected.length)
    await opened.read(target, 3)
    await opened.close()
    expect(Buffer.from(target).toString()).toBe(expected)
  })

  test('a range beyond the end is refused', async () => {
    const { folder } = await folders()
    const opened = await openContained(folder, 'weights.bin', 'TFJS_INVALID')
    expect(opened.size).toBe(10)
    await expect(opened.read(new Uint8Array(8), 3)).rejects.toThrow('became shorter')
    await opened.close()
  })

  test('a folder whose own path goes through a link is taken', async () => {
    const { root, folder } = await folders()
    await symlink(folder, join(root, 'alias'))
    const opened = await openContained(join(root, 'alias'), 'weights.bin', 'TFJS_INVALID')
    await opened.close()
  })
})

describe('what leads out', () => {
  test.each([
    ['', 'is no file name'],
    ['weights.bin\0.txt', 'is no file name'],
    ['/etc/hostname', 'is absolute'],
    ['C:\\secret.bin', 'is absolute'],
    ['c:secret.bin', 'is absolute'],
    ['\\\\host\\share', 'is absolute'],
    ['../secret.bin', 'leads out'],
    ['deep/../../secret.bin', 'leads out'],
    ['deep\\..\\..\\secret.bin', 'leads out'],
    ['.', 'leads out'],
    ['link.bin', 'is a link'],
    ['link-inside.bin', 'is a link'],
    ['linked/secret.bin', 'is a link'],
    ['linked/model/weights.bin', 'is a link'],
    ['dangling.bin', 'is missing'],
    ['missing.bin', 'is missing'],
    ['weights.bin/inside', 'is missing'],
    ['deep', 'is not a plain file'],
  ])('%j is refused: it %s', async (location, problem) => {
    const { folder } = await folders()
    const opening = openContained(folder, location, 'ONNX_EXTERNAL_DATA')
    await expect(opening).rejects.toMatchObject({ code: 'ONNX_EXTERNAL_DATA', details: { location } })
    await expect(opening).rejects.toThrow(problem)
  })

  test('a pipe is refused at once', async () => {
    const { folder } = await folders()
    execFileSync('mkfifo', [join(folder, 'pipe')])
    await expect(openContained(folder, 'pipe', 'TFJS_INVALID')).rejects.toThrow('is not a plain file')
  })
})
