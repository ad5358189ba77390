import { parseArgs } from 'node:util'

import { artifactFolder } from './artifact.ts'
import { measureArtifact } from './baseline/measure-artifact.ts'
import { trainingData } from './baseline/training-data.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    version: { type: 'string', default: '1.0.0' },
    data: { type: 'string', default: '../../shared/data' },
    out: { type: 'string', default: 'artifacts' },
  },
})
const [model = 'wine'] = positionals
const folder = artifactFolder(values.out, model, values.version)
const { samples, evaluation } = await measureArtifact(
  folder,
  await trainingData(model, values.version, values.data),
)
console.log(`${folder}: ${samples} samples`, evaluation?.metrics)
