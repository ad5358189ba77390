import { parseArgs } from 'node:util'

import { HomingError } from '@homing/protocol'

import { trainDigitsVersion } from './digits/train-digits-version.ts'
import { trainWineVersion } from './wine/train-wine-version.ts'

const usage = `Usage: pnpm --filter @homing/models train <model> --version <version> [--data <folder>] [--out <folder>]

  <model>     digits or wine
  --version   such as 1.0.0
  --data      folder with mnist/ and wine/          (default ../../shared/data)
  --out       folder that artefacts are written to  (default artifacts)
`

/** How each model is trained. */
const trainers = { digits: trainDigitsVersion, wine: trainWineVersion } as const

try {
  await main(process.argv.slice(2))
} catch (error) {
  const { code, message } = HomingError.from(error)
  console.error(`${code}: ${message}`)
  process.exitCode = 1
}

function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      version: { type: 'string' },
      data: { type: 'string', default: '../../shared/data' },
      out: { type: 'string', default: 'artifacts' },
      help: { type: 'boolean', default: false },
    },
  })
  const [model] = positionals
  if (values.help || model === undefined) {
    console.log(usage)
    return
  }
  if (!Object.hasOwn(trainers, model) || values.version === undefined) {
    throw new HomingError(
      'CONFIG_INVALID',
      `Name a model (${Object.keys(trainers).join(', ')}) and a --version\n\n${usage}`,
    )
  }
  const folders = await trainers[model as keyof typeof trainers]({
    version: values.version,
    dataFolder: values.data,
    artifactRoot: values.out,
    report: (line) => console.log(line),
    clock: { now: () => Date.now(), cpu: processorTime },
  })
  for (const folder of folders) console.log(`written to ${folder}`)
}
