import { readModel } from '@homing/onnx'
import { expect, it } from 'vitest'

import { readArtifact } from '../testing/artifacts.ts'
import { goldenDigits, goldenFile } from './golden-digits.ts'

it.each(['1.0.0', '1.1.0'])('%s of the twin is held to what the ONNX model gives', async (version) => {
  const model = readModel(readArtifact('digits', version).bytes('model.onnx'))
  const golden = readArtifact('digits-tfjs', version).bytes(goldenFile)
  expect(new TextDecoder().decode(golden)).toBe(await goldenDigits(model))
})
