import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import { paths, type Report, type ReportedCall, sha256Hex } from '@homing/protocol'
import { loadPackage } from '@homing/sdk/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { classifier } from '../../test/classifier-fixture.ts'
import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { pack } from '../pack/pack.ts'
import { runProgram } from '../run-program.ts'
import { replay } from './replay.ts'

const row = Float32Array.of(1, 2, 3, 4)
const base64 = (data: Float32Array): string => Buffer.from(data.buffer).toString('base64')
const tensor = (shape: number[], data: Float32Array) =>
  ({ kind: 'tensor', dtype: 'float32', shape, data: base64(data) }) as const

let folder: string
let packages: string
let right: Float32Array

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-replay-'))
  packages = join(folder, 'packed')
  await pack(await file(folder, 'model.onnx', classifier()), {
    model: 'shapes',
    version: '1.0.0',
    out: packages,
  })
  const loaded = await loadPackage(packages, 'shapes', '1.0.0')
  const { outputs } = await loaded.predict({ x: { dtype: 'float32', shape: [1, 4], data: row } })
  right = (outputs['y']!.data as Float32Array).slice()
  await loaded.release()
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const call = (parts: Partial<ReportedCall>): ReportedCall => ({
  model: 'shapes',
  version: '1.0.0',
  backend: 'webgpu',
  time: 1,
  duration: 1,
  inputs: { x: tensor([1, 4], row) },
  ...parts,
})
const written = async (calls: readonly ReportedCall[]): Promise<string> => {
  const browser = { agent: 'a browser', isolated: true, cores: 2 }
  const report: Report = {
    format: 1,
    created: 1,
    app: 'test',
    sdk: '0.1.0',
    browser,
    models: [],
    calls: [...calls],
    dropped: 0,
  }
  return file(await temporaryFolder(), 'report.json', JSON.stringify(report))
}
const verdicts = async (...calls: readonly ReportedCall[]): Promise<string[]> =>
  (await replay(await written(calls), { packages })).map(({ verdict }) => verdict)

describe('replay', () => {
  it('runs no package that another manifest describes', async () => {
    const manifest = await sha256Hex(await readFile(join(packages, paths.manifest('shapes', '1.0.0'))))
    const outputs = { y: tensor([1, 3], right) }
    expect(await verdicts(call({ outputs, manifest }), call({ outputs, manifest: '0'.repeat(64) }))).toEqual([
      'agrees',
      'skipped',
    ])
  })

  it('says whether the outputs of the device are those of Node', async () => {
    const flipped = right.map((value) => -value)
    const report = await written([
      call({ outputs: { y: tensor([1, 3], right) } }),
      call({ outputs: { y: tensor([1, 3], flipped) } }),
      call({ outputs: { y: tensor([1, 3], right.with(0, NaN)) } }),
    ])
    const [same, lie, poisoned] = await replay(report, { packages })
    expect(same).toMatchObject({
      call: 1,
      verdict: 'agrees',
      detail: '0% of the tolerance, 1 of 1 greatest elements alike',
    })
    expect(lie).toMatchObject({ call: 2, verdict: 'differs', backend: 'webgpu' })
    expect(lie!.detail).toContain('output "y"')
    expect(poisoned).toMatchObject({ verdict: 'differs' })
  })

  it('says whether what failed on the device fails here too', async () => {
    const broken = { code: 'ENGINE_FAILED', message: 'the device was lost' }
    const short = { x: tensor([1, 3], row.slice(0, 3)) }
    expect(
      await verdicts(
        call({ error: broken }),
        call({ error: { code: 'INPUT_SHAPE' }, inputs: short }),
        call({ error: broken, inputs: short }),
        call({ outputs: { y: tensor([1, 3], right) }, inputs: short }),
      ),
    ).toEqual(['answers', 'agrees', 'differs', 'fails'])
  })

  it('skips calls of which the report does not hold enough, and says why', async () => {
    const { inputs: _, ...bare } = call({})
    const { version: __, ...unserved } = call({ error: { code: 'CLOSED' } })
    const replayed = await replay(await written([bare, { ...bare, withheld: 'they are secret' }, unserved]), {
      packages,
    })
    expect(replayed.map(({ verdict }) => verdict)).toEqual(['skipped', 'skipped', 'skipped'])
    expect(replayed.map(({ detail }) => detail)).toEqual([
      'no inputs: the app did not consent',
      'no inputs: they are secret',
      'no version served',
    ])
  })

  it('refuses what is no report', async () => {
    const place = await temporaryFolder()
    const cut = { ...tensor([1, 4], row), data: base64(row).slice(0, 8) }
    const refused = [
      join(place, 'none.json'),
      await file(place, 'text.json', 'hello'),
      await file(place, 'other.json', { format: 2 }),
      await written([call({ inputs: { x: cut }, outputs: {} })]),
    ]
    for (const report of refused)
      await expect(replay(report, { packages })).rejects.toEqual(code('CONFIG_INVALID'))
  })

  it('refuses packages, and parameter sets, that are not there', async () => {
    for (const absent of [{ version: '2.0.0' }, { precision: 'int8' }] as const) {
      const report = await written([call({ ...absent, outputs: {} })])
      await expect(replay(report, { packages })).rejects.toEqual(code('VERSION_UNKNOWN'))
    }
  })

  it('is a command', async () => {
    const report = await written([call({ outputs: { y: tensor([1, 3], right) } }), call({})])
    let printed = ''
    const sink = new Writable({
      write(chunk, _encoding, done) {
        printed += String(chunk)
        done()
      },
    }) as unknown as NodeJS.WriteStream
    const args = ['replay', report, '--packages', packages]
    expect(await runProgram(args, { stdout: sink, stderr: sink })).toBe(0)
    expect(printed).toContain('1  shapes 1.0.0 on webgpu: agrees')
    expect(printed).toContain('1 of 1 calls agree, 1 skipped')
    printed = ''
    expect(await runProgram([...args, '--json'], { stdout: sink, stderr: sink })).toBe(0)
    expect(JSON.parse(printed)).toMatchObject({ calls: [{ verdict: 'agrees' }, { verdict: 'skipped' }] })
  })
})
