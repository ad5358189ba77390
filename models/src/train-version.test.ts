import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { trainDigitsVersion } from './digits/train-digits-version.ts'
import { trainWineVersion } from './wine/train-wine-version.ts'

const request = async (version: string) => {
  const folder = await mkdtemp(join(tmpdir(), 'homing-models-'))
  return {
    version,
    dataFolder: folder,
    artifactRoot: folder,
    report: () => undefined,
    clock: { now: () => 0, cpu: () => 0 },
  }
}

describe('training a version', () => {
  it('says which file is missing, where, and how to name the folder', async () => {
    const digits = await request('1.0.0')
    await expect(trainDigitsVersion(digits)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(new RegExp(`mnist/.*gz is missing from ${digits.dataFolder}.*--data`)),
    })
    await expect(trainWineVersion(await request('1.0.0'))).rejects.toMatchObject({ code: 'DATA_INVALID' })
  })

  it('refuses a version without recipe, and one whose parent is not there', async () => {
    await expect(trainDigitsVersion(await request('9.0.0'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(trainDigitsVersion(await request('constructor'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(trainWineVersion(await request('2.0.0'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(trainDigitsVersion(await request('1.1.0'))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('train digits 1.0.0 first'),
    })
  })
})
