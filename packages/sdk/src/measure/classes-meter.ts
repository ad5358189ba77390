import type { ClassificationReading } from '@homing/pipeline'
import { maxLabelLength, type OutputSummary } from '@homing/protocol'
import {
  addCategory,
  addQuantile,
  addToHistogram,
  addToRun,
  categoriesToWire,
  emptyCategories,
  emptyHistogram,
  emptyQuantileSketch,
  emptyRun,
  histogramToWire,
  nextRun,
  quantileSketchToWire,
  runToWire,
  unitEdges,
} from '@homing/stats'

import { confidenceBins, namedCategories } from './config.ts'
import type { Disguise } from './disguise.ts'
import type { PlannedOutput } from './measured-outputs.ts'
import type { OutputMeter } from './output-meter.ts'

type ClassesSummary = Extract<OutputSummary, { kind: 'classes' }>

const edges = unitEdges(confidenceBins)
const empty = () => ({
  count: 0,
  none: 0,
  labels: emptyCategories(namedCategories),
  scores: emptyQuantileSketch(),
  confidence: emptyHistogram(edges),
})

/** Measures labels. Disguised, a label and the bin of its confidence are told by randomised response. */
export function classesMeter({ tensor, labels }: PlannedOutput, disguise?: Disguise): OutputMeter {
  const own = new Map(labels.map((label, place) => [label, place]))
  const respond = disguise?.(labels.length + 1)
  const respondBin = disguise?.(confidenceBins)
  let now = empty()
  let run = emptyRun()

  const addDisguised = ({ label, probability }: ClassificationReading): void => {
    const told = respond!(label === undefined ? labels.length : (own.get(label) ?? labels.length))
    if (told < labels.length) addCategory(now.labels, nameOf(labels[told]!))
    else now.none += 1
    if (probability === undefined) return
    const bin = Math.min(confidenceBins - 1, Math.max(0, Math.floor(probability * confidenceBins)))
    now.confidence.counts[respondBin!(Number.isNaN(bin) ? 0 : bin)]! += 1
  }
  const add = ({ label, probability }: ClassificationReading): void => {
    if (label === undefined) now.none += 1
    else {
      addCategory(now.labels, nameOf(label))
      addToRun(run, nameOf(label))
    }
    if (probability === undefined) return
    addQuantile(now.scores, probability)
    addToHistogram(now.confidence, probability)
  }
  return {
    add({ samples }) {
      for (const { readings } of samples)
        for (const reading of readings) {
          if (reading.kind !== 'classification' || reading.tensor !== tensor) continue
          now.count += 1
          if (disguise) addDisguised(reading)
          else add(reading)
        }
    },
    take(): ClassesSummary | undefined {
      const { count, none, labels: counts, scores, confidence } = now
      if (count === 0) return undefined
      const [sketch, longest] = [quantileSketchToWire(scores), runToWire(run)]
      now = empty()
      run = nextRun(run)
      return {
        kind: 'classes',
        count,
        none,
        labels: categoriesToWire(counts),
        ...(sketch && { scores: sketch }),
        confidence: histogramToWire(confidence),
        ...(longest && { run: longest }),
      }
    },
  }
}

function nameOf(label: string): string {
  return label.slice(0, maxLabelLength)
}
