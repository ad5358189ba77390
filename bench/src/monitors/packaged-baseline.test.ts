import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { type Manifest, parseBaseline, type TelemetrySection } from '@homing/protocol'
import { createCollector } from '@homing/sdk/node'
import { type Finding, mergeRollups, rollupOf, runMonitors, trainingBaseline } from '@homing/stats'
import { beforeEach, describe, expect, test } from 'vitest'

import { readDataFile } from '../../../models/src/data/read-data-file.ts'
import { parseWines, type Wine, whiteWines } from '../../../models/src/data/wine.ts'
import { seededRandom } from '../../../models/src/random.ts'
import { dataFolder, needsData } from '../../../models/src/testing/data-folder.ts'
import { splitWines } from '../../../models/src/wine/split-wines.ts'
import { encodeWines, predictWines } from '../../../models/src/wine/train-wine.ts'
import { wineRecipes } from '../../../models/src/wine/wine-recipe.ts'
import { alarmsOf } from './simulated-weeks.ts'
import { verdictOf } from './verdict-of.ts'

const artifact = fileURLToPath(new URL('../../../models/artifacts/wine/1.0.0', import.meta.url))
const devices = 50

/** What the monitors say of wines that 50 devices ask about, measured as devices measure and held against the packed baseline. */
async function findingsOf(wines: readonly Wine[]): Promise<readonly Finding[]> {
  const pack = JSON.parse(await readFile(join(artifact, 'pack.json'), 'utf8')) as Pick<
    Manifest,
    'pipeline'
  > & { telemetry: TelemetrySection }
  const manifest = {
    pipeline: pack.pipeline!,
    telemetry: pack.telemetry,
    signature: {
      inputs: [{ name: 'features', dtype: 'float32' as const, shape: ['batch', 11] }],
      outputs: [{ name: 'quality', dtype: 'float32' as const, shape: ['batch', 1] }],
    },
  }
  const model = new Uint8Array(await readFile(join(artifact, 'model.onnx')))
  const encoded = encodeWines(manifest.pipeline, wines)
  const said = await predictWines(model, encoded)
  const rollups = Array.from({ length: devices }, (_, device) => {
    const collector = createCollector(manifest)
    for (let at = device; at < wines.length; at += devices) {
      const row = { dtype: 'float32' as const, shape: [1, 11], data: encoded.slice(at * 11, (at + 1) * 11) }
      const value = said[at]!
      collector.add({
        inputs: { wine: [wines[at]!.features] },
        tensors: { features: row },
        answer: { samples: [{ readings: [{ kind: 'regression', tensor: 'quality', value }] }], outputs: {} },
      })
    }
    const key = { hour: 0, model: 'wine', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
    return rollupOf({ ...key, counts: {}, ...collector.take() })
  })
  const bytes = await readFile(join(artifact, 'baseline.json'))
  const baseline = trainingBaseline(parseBaseline(bytes, { model: 'wine', version: '1.0.0' }))
  return runMonitors({}, [baseline], { figures: rollups.reduce(mergeRollups) })
}

describe('the baseline that is packed with wine', () => {
  beforeEach((context) => needsData(context))

  test('is what wines look like that were held out: no alarm', async () => {
    const { wines } = await whiteWines(dataFolder)
    const { heldOut, seed } = wineRecipes['1.0.0']!
    const { test } = splitWines(wines, heldOut, seededRandom(seed))
    expect(alarmsOf(await findingsOf(test.slice(0, 500)))).toEqual([])
  })

  test('is not what red wines look like: a covariate drift', async () => {
    const file = 'wine/winequality-red.csv'
    const { wines } = parseWines(new TextDecoder().decode(await readDataFile(dataFolder, file)), file)
    const findings = await findingsOf(wines.slice(0, 500))
    expect(verdictOf(findings)).toBe('covariate')
    const moved = alarmsOf(findings).filter(({ monitor }) => monitor === 'feature drift')
    expect(moved.map(({ subject }) => subject)).toEqual(
      expect.arrayContaining(['total_sulfur_dioxide', 'volatile_acidity', 'chlorides', 'density']),
    )
  })
})
