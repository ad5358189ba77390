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
  const example = (language: string): string =>
    new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)![1]!

  const folder = await temporaryFolder()
  const graph = graphBuilder('wine')
  graph.output('y', graph.op('Softmax', [graph.input('x', 'float32', ['n', 2])]))
  await file(folder, 'model.onnx', writeModel(graph.build()))
  await file(folder, 'card.md', '# Wine\n')
  await file(folder, 'pack.json', example('json'))
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
      .replace(/\bpacked\b/, join(folder, 'packed'))
      .split(' ')
    expect(name).toBe('homing')
    const exit = await runProgram(args[0] === 'publish' ? [...args, '--token', token] : args, {
      stdout: sink,
      stderr: sink,
    })
    expect([line, exit, exit === 0 ? '' : written]).toEqual([line, 0, ''])
  }

  for (const line of example('sh').trim().split('\n')) await homing(line)
  expect(written).toMatch(/^wine\s+1\.0\.0\s+champion/m)
  await homing(`homing pack ${folder} --out packed`)
  expect(written).toContain('wine 1.1.0 from 1.0.0')
})
