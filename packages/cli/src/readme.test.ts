import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import { graphBuilder, writeModel } from '@homing/onnx'
import { expect, test } from 'vitest'

import { file, temporaryFolder } from '../test/fixture.ts'
import { serverProcess, token } from '../test/server-process.ts'
import { runProgram } from './run-program.ts'

test('the examples of the README run', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const examples = (language: string): string[] =>
    [...readme.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text]) => text!)
  const [publishing, training, probes, measuring, quantising, keys, bundling] = examples('sh')
  const [config, golden] = examples('json')

  const folder = await temporaryFolder()
  const graph = graphBuilder('wine')
  const rest = new Array<number>(252).fill(0)
  const spread = graph.parameter(
    'v',
    'float32',
    [2, 128],
    [1, 0, ...rest.slice(0, 126), 0, 1, ...rest.slice(126)],
  )
  const weights = graph.parameter('w', 'float32', [128, 2], [1, -1, 0, 2, ...rest])
  const hidden = graph.op('MatMul', [graph.input('x', 'float32', ['n', 2]), spread])
  const scores = graph.op('MatMul', [hidden, weights])
  graph.output('y', graph.op('Softmax', [scores]))
  await file(folder, 'model.onnx', writeModel(graph.build()))
  await file(folder, 'card.md', '# Wine\n')
  await file(folder, 'pack.json', config)
  await file(folder, 'golden.json', golden)
  await file(folder, 'examples.json', { cases: [{ inputs: { x: [[0.2, -1.5]] }, targets: [0] }] })
  const wines = Array.from({ length: 40 }, (_, at) => `${3 + (at % 9) / 10},${9 + (at % 7)},good`)
  for (const name of ['train.csv', 'test.csv'])
    await file(folder, name, ['pH,alcohol,taste', ...wines].join('\n'))
  const server = await serverProcess()

  let written = ''
  const sink = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk)
      done()
    },
  }) as unknown as NodeJS.WriteStream
  const homing = async (line: string): Promise<void> => {
    const [name, ...args] = line
      .replace('http://localhost:8400', server)
      .replace('model.onnx', join(folder, 'model.onnx'))
      .replace(/\b(?:golden|pack)\.json|\b(?:train|test)\.csv/g, (name) => join(folder, name))
      .replace(/\bpacked\b/, join(folder, 'packed'))
      .replace('homing-keys/', `${folder}/homing-keys/`)
      .replace('public/models', join(folder, 'public/models'))
      .split(' ')
    expect(name).toBe('homing')
    const signing = args[0] === 'publish' || args[0] === 'keys'
    const flags = [
      ...(signing || args[0] === 'access' ? ['--token', token] : []),
      ...(signing ? ['--keys', join(folder, 'homing-keys')] : []),
    ]
    const exit = await runProgram([...args, ...flags], {
      stdout: sink,
      stderr: sink,
    })
    expect([line, exit, exit === 0 ? '' : written]).toEqual([line, 0, ''])
  }

  for (const line of publishing!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/^wine\s+1\.0\.0\s+champion/m)
  await homing(`homing pack ${folder} --out packed`)
  expect(written).toContain('wine 1.1.0 from 1.0.0')
  expect(written).toMatch(/training +graph of .*\n.*\n +loss +softmax-cross-entropy of y/)
  for (const line of training!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/wine 2\.1\.0 [^]*optimiser +adam, [^]*explains +y by x, 16 points at once/)
  expect(written).toMatch(/wine 1\.1\.0 [^]*fp32 +\S+ \S+, accuracy 100\.00% on 1 example/)
  for (const line of probes!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/wine 2\.2\.0 [^]*outputs of this model, run here/)
  expect(written).toMatch(/wine 2\.3\.0 [^]*outputs of its author's framework/)
  for (const line of measuring!.trim().split('\n')) await homing(line)
  expect(written).toMatch(
    /wine 2\.5\.0 [^]*baseline +40 samples\n.*alcohol, pH as given[^]*worth .* on 40 samples/,
  )
  for (const line of quantising!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/wine 2\.4\.0 [^]*fp16 [^]*int8 /)
  for (const line of keys!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/^publisher +1 of 1 +[0-9a-f]{16} +ed25519/m)
  expect(written).toContain(await readFile(join(folder, 'homing-keys', 'root.json'), 'utf8'))
  for (const line of bundling!.trim().split('\n')) await homing(line)
  expect(written).toMatch(/wine 1\.0\.0 .* is in .*public\/models$/m)
  expect(await readFile(join(folder, 'public/models/metadata/timestamp.json'), 'utf8')).toContain(
    '"timestamp"',
  )
  expect(written).toMatch(/^wine is private$/m)
})
