import { completeSignature, readModel, readSignature } from '@homing/onnx'
import { parseBaseline, parseWith, PipelineSchema, TrainingRecipeSchema } from '@homing/protocol'
import { requireSameEdges } from '@homing/sdk/node'
import { describe, expect, it } from 'vitest'

import { testDigits } from './data/mnist.ts'
import { whiteWines } from './data/wine.ts'
import { encodeDigits } from './digits/encode-digits.ts'
import { predictDigits } from './digits/predict-digits.ts'
import { evaluateClassification, softmaxRows } from './evaluation/classification.ts'
import { evaluateRegression } from './evaluation/regression.ts'
import { seededRandom } from './random.ts'
import { artifactVersions, readArtifact } from './testing/artifacts.ts'
import { dataFolder, needsData } from './testing/data-folder.ts'
import { splitWines } from './wine/split-wines.ts'
import { encodeWines, predictWines } from './wine/train-wine.ts'
import { wineRecipes } from './wine/wine-recipe.ts'

/** Least accuracy on the 10,000 test images, and most bytes of an artefact's model. */
const leastAccuracy: Record<string, number> = { '1.0.0': 0.97, '1.1.0': 0.988 }
const mostBytes = 1024 * 1024

it('has the versions that are published', () => {
  const names = artifactVersions.map(({ model, version }) => `${model} ${version}`)
  expect(names.sort()).toEqual([
    'digits 1.0.0',
    'digits 1.1.0',
    'digits-tfjs 1.0.0',
    'digits-tfjs 1.1.0',
    'wine 1.0.0',
  ])
})

describe.each(artifactVersions)('$model $version', ({ model, version }) => {
  const { pack, log, card, curve, files, bytes } = readArtifact(model, version)

  it('is described by a valid pack.json', () => {
    expect(pack).toMatchObject({ model, version, card: { document: 'card.md' } })
    expect(files).toContain(pack.source)
    parseWith(PipelineSchema, pack.pipeline, 'PIPELINE_INVALID', 'The pipeline')
    expect(pack.parent).toBe(log.parent)
    expect(parseWith(TrainingRecipeSchema, pack.training, 'CONFIG_INVALID', 'The recipe')).toEqual(
      pack.training,
    )
    expect(pack.explanation !== undefined).toBe(pack.source === 'model.onnx')
    expect(card).toContain(`| learningRate | ${pack.training.learningRate} |`)
  })

  it('has a card and a curve that match its run log', () => {
    expect(log).toMatchObject({ model, version })
    expect(pack.card.metrics).toEqual(log.metrics)
    expect(card).toContain(`# ${model} ${version}`)
    expect(card).toContain(`| seed | ${log.seed} |`)
    const [main] =
      'accuracy' in log.metrics
        ? [(100 * log.metrics['accuracy']).toFixed(2)]
        : [log.metrics['mae']!.toFixed(4)]
    expect(card).toContain(`| ${main}`)
    expect(curve.match(/<polyline/g)).toHaveLength(4)
    expect(log.curve).toHaveLength(Number(log.hyperparameters['epochs']))
  })

  it.skipIf(pack.baseline === undefined)('has a baseline of this version, worth what its log says', () => {
    const identity = { model, version }
    const baseline = parseBaseline(bytes(pack.baseline!.file), identity)
    const signature = completeSignature(readSignature(readModel(bytes(pack.source))))
    requireSameEdges(baseline, { signature, pipeline: pack.pipeline, telemetry: pack.telemetry! })
    for (const [name, value] of Object.entries(baseline.evaluation!.metrics))
      if (name in log.metrics) expect(value, name).toBeCloseTo(log.metrics[name]!, 4)
    const trained = log.data['trainingImages'] ?? log.data['trainingWines']
    expect(baseline.samples).toBe(trained)
  })

  it('is small', () => {
    for (const name of files) expect(bytes(name).length, name).toBeLessThan(mostBytes)
  })
})

describe('digits', () => {
  it('1.1.0 differs from 1.0.0 in nothing but numbers, so that an update carries parameters alone', () => {
    const [first, second] = ['1.0.0', '1.1.0'].map((version) =>
      readModel(readArtifact('digits', version).bytes('model.onnx')),
    )
    const shapes = ({ graph }: typeof first & {}) => graph!.initializer.map(({ name, dims }) => [name, dims])
    expect(shapes(second!)).toEqual(shapes(first!))
    expect({ ...second, graph: { ...second!.graph, initializer: [] } }).toEqual({
      ...first,
      graph: { ...first!.graph, initializer: [] },
    })
  })

  it.for(Object.keys(leastAccuracy))(
    '%s reads the 10,000 test images as its log says',
    { timeout: 120_000 },
    async (version, context) => {
      needsData(context)
      const { log, bytes } = readArtifact('digits', version)
      const test = await testDigits(dataFolder)
      const logits = await predictDigits(bytes('model.onnx'), encodeDigits(test.images))
      const { accuracy } = evaluateClassification(softmaxRows(logits, 10), test.labels, 10)
      expect(accuracy).toBeGreaterThanOrEqual(leastAccuracy[version]!)
      expect(accuracy).toBeCloseTo(log.metrics['accuracy']!, 3)
    },
  )
})

describe('wine', () => {
  it('is as far from the held-out wines as its log says, and nearer than their mean', async (context) => {
    needsData(context)
    const { log, pack, bytes } = readArtifact('wine', '1.0.0')
    const { wines } = await whiteWines(dataFolder)
    const { test } = splitWines(wines, wineRecipes['1.0.0']!.heldOut, seededRandom(log.seed))
    const predicted = await predictWines(bytes('model.onnx'), encodeWines(pack.pipeline, test))
    const result = evaluateRegression(
      predicted,
      test.map(({ quality }) => quality),
    )
    expect(result.mae).toBeCloseTo(log.metrics['mae']!, 4)
    expect(result.r2).toBeGreaterThan(0.3)
  })
})
