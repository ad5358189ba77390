import { readdir, readFile } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { join } from 'node:path'

import { type Manifest, parseManifest, paths } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { file, sha256, temporaryFolder } from '../test/fixture.ts'
import { classifier } from '../test/classifier-fixture.ts'
import { denseModel } from '../test/onnx-fixture.ts'
import { serverProcess, signedServer, token } from '../test/server-process.ts'
import { runProgram } from './run-program.ts'

/** Runs the command line and gives what it wrote. */
async function homing(...args: string[]): Promise<{ exit: number; out: string; err: string }> {
  const written = { out: '', err: '' }
  const stream = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk)
        done()
      },
    }) as unknown as NodeJS.WriteStream
  const exit = await runProgram(args, { stdout: stream('out'), stderr: stream('err') })
  return { exit, ...written }
}

describe('pack', () => {
  test('tells what it wrote', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const { exit, out, err } = await homing(
      'pack',
      source,
      '--model',
      'dense',
      '--version',
      '1.0.0',
      '--out',
      join(folder, 'out'),
    )
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(
      out
        .replace(folder, '')
        .replace(/[0-9a-f]{64}/, '<hash>')
        .replace(/graph .*/, 'graph <size>'),
    ).toMatchInlineSnapshot(`
      "dense 1.0.0 in /out
        engine    onnx
        graph <size>
        tensors   2, 576 B
        shards    1, the largest 576 B
        input     x  float32 [n, 8], finite
        output    y  float32 [n, 16]
        pipeline  none: callers pass tensors
        manifest  <hash>
      "
    `)
  })

  test('tells what probes notice, and refuses what they and smaller sets are not', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const flags = ['pack', source, '--model', 'dense', '--version', '1.0.0', '--out', join(folder, 'out')]
    const proven = await homing(...flags, '--probes')
    expect(proven.out).toMatch(/probes +\d+, .*outputs of this model, run here\n +notice +\d+ of 16 channels/)
    expect((await homing(...flags, '--quantize', 'int4')).err).toMatch(/^error CONFIG_INVALID: .*not "int4"/)
    expect((await homing(...flags, '--quantize', 'fp16')).out).toMatch(/^ +fp16 /m)
    const golden = await file(folder, 'golden.json', {
      cases: [{ inputs: { x: [[0, 0, 0, 0, 0, 0, 0, 0]] }, outputs: { y: [new Array(16).fill(7)] } }],
    })
    const wrong = await homing(...flags, '--probes', golden)
    expect(wrong.exit).toBe(1)
    expect(wrong.err).toMatch(/^error PROBE_FAILED: dense 1\.0\.0 does not give what its own framework gives/)
  })

  test('trains and explains by flags alone', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const flags = ['--model', 'dense', '--version', '1.0.0', '--out', folder]
    const { exit, out, err } = await homing(
      ...['pack', source, ...flags, '--explain', '--loss', 'huber', '--optimiser', 'adamw'],
      ...['--trainable', 'b', 'W*', '--batch', '4', '--epochs', '1', '--learning-rate', '0.5'],
    )
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    expect(out.replaceAll(/graph of .*/g, 'graph of <size>')).toContain(`
  training     graph of <size>
    trains     2 of 2 tensors, 144 numbers
    loss       huber of y
    optimiser  adam, learning rate 0.5
    batch      4, 1 epoch
  explanation  graph of <size>
    explains   y by x, 16 points at once
`)
    const json = await homing(
      'pack',
      source,
      ...flags,
      '--optimiser',
      'nesterov',
      '--trainable',
      'head',
      '--json',
    )
    expect(JSON.parse(json.out)).toMatchObject({
      manifest: {
        training: { recipe: { optimiser: { kind: 'momentum', nesterov: true }, trainable: 'head' } },
      },
      cpuOperators: { training: [] },
    })
    for (const bad of [
      ['--dims', 'time'],
      ['--train', '--dims', 'time=2'],
      ['--batch', 'many'],
      ['--batch', ''],
      ['--loss', 'best'],
      ['--recipe', 'none.json'],
    ])
      expect((await homing('pack', source, ...flags, ...bad)).err).toMatch(/^error CONFIG_INVALID/)
  })

  test('tells which operators a device with WebGPU runs on its CPU', async () => {
    const folder = await temporaryFolder()
    const source = await file(
      folder,
      'model.onnx',
      classifier((g, y) => g.op('Selu', [y])),
    )
    const { out } = await homing(
      ...['pack', source, '--model', 'net', '--version', '1.0.0', '--out', folder, '--train'],
    )
    expect(out).toMatch(/on the CPU +.*Selu/)
  })

  test('--json is one line', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const { out } = await homing(
      'pack',
      source,
      '--model',
      'dense',
      '--version',
      '1.0.0',
      '--out',
      folder,
      '--allow-nan',
      '--json',
    )
    expect(out.trimEnd()).not.toContain('\n')
    expect(JSON.parse(out)).toMatchObject({
      folder,
      file: { size: expect.any(Number) },
      manifest: { model: 'dense', version: '1.0.0' },
    })
  })
})

describe('against the real server', () => {
  test('publish, rollout, rollback, status', async () => {
    const server = await serverProcess()
    const folder = await temporaryFolder()
    const keys = join(folder, 'keys')
    const signing = ['--server', server, '--token', token, '--keys', keys]
    for (const [seed, version] of [
      [1, '1.0.0'],
      [2, '1.1.0'],
    ] as const) {
      const source = await file(folder, 'model.onnx', denseModel(seed))
      await homing('pack', source, '--model', 'dense', '--version', version, '--out', folder)
    }
    const at = ['--server', server, '--token', token]
    const early = await homing('publish', folder, ...signing)
    expect(early.err).toMatch(/CONFIG_INVALID: .*homing keys init/)
    const made = await homing('keys', 'init', ...signing)
    expect({ ...made, out: made.out.replace(/-[0-9a-f]{8}/g, '').replaceAll(keys, 'keys') }).toEqual({
      exit: 0,
      out: 'root       keys/root.pem\ntargets    keys/targets.pem\npublisher  keys/publisher.pem\nKeep the keys of root and targets away from machines that serve. Apps bundle keys/root.json.\n',
      err: '',
    })
    const published = await homing('publish', folder, ...signing)
    expect(published.exit).toBe(0)
    expect(published.out).toBe(
      'dense 1.0.0 is published (2 files uploaded); devices get 1.0.0\ndense 1.1.0 is published (1 file uploaded); devices get 1.1.0\n',
    )
    expect(published.err).toMatch(/^dense 1\.0\.0: 0 B of .* 0 of 2 files$/m)

    expect((await homing('rollback', 'dense', ...at)).out).toBe(
      'dense: devices get 1.0.0 (revision 3, 2 versions listed)\n',
    )
    expect((await homing('rollout', 'dense', '1.0.0', '--challenger', '1.1.0', ...at)).out).toContain(
      'with 1.1.0 on trial',
    )
    const { out } = await homing('status', '--server', server)
    expect(out.replaceAll(/\d{4}-\S+/g, '<time>')).toBe(
      'MODEL  VERSION  ROLE        PUBLISHED\ndense  1.1.0    challenger  <time>\n       1.0.0    champion    <time>\n',
    )
    const json = await homing('status', 'dense', '--server', server, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ models: [{ model: 'dense', champion: '1.0.0' }] })
  })

  test('keys are rotated, revoked, added, delegated and shown, and never printed', async () => {
    const { server, keys } = await signedServer({ counts: { publisher: 2 } })
    const flags = ['--server', server, '--token', token, '--keys', keys]
    const said: string[] = []
    const run = async (...args: string[]): Promise<string> => {
      const { exit, out, err } = await homing('keys', ...args, ...flags)
      expect([args, exit, err]).toEqual([args, 0, ''])
      said.push(out)
      return out.replaceAll(/[0-9a-f]{8,}/g, '<id>').replaceAll(keys, 'keys')
    }
    expect((await run('show')).replaceAll(/ +/g, ' ').replaceAll(/\d{4}-\S+/g, '<time>')).toBe(
      [
        'ROLE NEEDS KEY TYPE EXPIRES WHERE',
        'root 1 of 1 <id> ed25519 <time> keys/root-<id>.pem',
        'timestamp 1 of 1 <id> ed25519 the server',
        'snapshot 1 of 1 <id> ed25519 the server',
        'targets 1 of 1 <id> ed25519 <time> keys/targets-<id>.pem',
        'publisher 1 of 2 <id> ed25519 <time> keys/publisher-<id>.pem',
        ' <id> ed25519 keys/publisher-<id>.pem',
        'rollouts 1 of 1 <id> ed25519 the server',
        '',
      ].join('\n'),
    )
    expect(await run('rotate', 'root')).toBe(
      'signed root\nnew key <id> in keys/root-<id>.pem\n<id> signs no longer\n',
    )
    expect(await run('rotate', 'online')).toBe('signed root, targets\n<id> signs no longer\n')
    const { roles } = JSON.parse((await homing('keys', 'show', '--json', ...flags)).out) as {
      roles: { role: string; keys: { keyId: string }[] }[]
    }
    const [stolen] = roles.find(({ role }) => role === 'publisher')!.keys
    expect(await run('revoke', stolen!.keyId)).toMatch(
      /^signed targets(, publisher)?\n<id> signs no longer\n$/,
    )
    expect(await run('add', 'publisher', '--threshold', '2', '--type', 'ecdsa')).toMatch(
      /^signed targets, publisher\nnew key <id> in keys\/publisher-<id>.pem\n$/,
    )
    expect(await run('delegate', 'digits')).toBe('signed targets\n')
    expect(await run('renew', 'targets')).toBe('signed targets\n')
    const root = await run('show', '--root')
    expect(root).toBe((await readFile(join(keys, 'root.json'), 'utf8')).replaceAll(/[0-9a-f]{8,}/g, '<id>'))
    const secrets = await Promise.all(
      (await readdir(keys))
        .filter((name) => name.endsWith('.pem'))
        .map((name) => readFile(join(keys, name), 'utf8')),
    )
    for (const secret of secrets.map((pem) => pem.split('\n')[1]!)) expect(said.join()).not.toContain(secret)
  })

  test('publishes training and explanation graphs with the version', async () => {
    const { server, keys } = await signedServer()
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', classifier())
    const packed = await homing(
      ...[
        'pack',
        source,
        '--model',
        'net',
        '--version',
        '1.0.0',
        '--out',
        folder,
        '--train',
        '--explain',
        '--json',
      ],
    )
    const { manifest } = JSON.parse(packed.out) as { manifest: Manifest }
    const published = await homing('publish', folder, '--server', server, '--token', token, '--keys', keys)
    expect(published.out).toContain('4 files uploaded')
    for (const { sha256: name, size } of [manifest.training!.graph!.file, manifest.explanation!.graph]) {
      const answer = await fetch(`${server}/repository/${paths.blob(name)}`)
      const bytes = new Uint8Array(await answer.arrayBuffer())
      expect([answer.status, bytes.length, sha256(bytes)]).toEqual([200, size, name])
    }
    const served = await fetch(`${server}/repository/${paths.manifest('net', '1.0.0')}`)
    expect(parseManifest(new Uint8Array(await served.arrayBuffer()))).toEqual(manifest)
  })
})

describe('errors', () => {
  test('are one line with the code, and what to do', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', '<!doctype html>')
    const { exit, out, err } = await homing(
      'pack',
      source,
      '--model',
      'dense',
      '--version',
      '1.0.0',
      '--out',
      folder,
    )
    expect({ exit, out }).toEqual({ exit: 1, out: '' })
    expect(err).toMatch(/^error ONNX_INVALID: .*text or web page\n.*ONNX checker.*\n$/)
  })

  test('--json tells them as JSON', async () => {
    const { exit, err } = await homing(
      'pack',
      'missing.onnx',
      '--model',
      'dense',
      '--version',
      '1.0.0',
      '--json',
    )
    expect(exit).toBe(1)
    expect(JSON.parse(err)).toMatchObject({ error: { name: 'HomingError', code: 'CONFIG_INVALID' } })
  })

  test.each([
    ['an unknown command', ['fly']],
    ['an unknown option', ['pack', 'x', '--fast']],
    ['no source', ['pack']],
    ['no server', ['status']],
  ])('%s ends with code 1', async (_, args) => {
    const { exit, err } = await homing(...args)
    expect(exit).toBe(1)
    expect(err).toMatch(/^error: /m)
  })

  test('--help ends with code 0', async () => {
    const { exit, out } = await homing('--help')
    expect(exit).toBe(0)
    expect(out).toContain('publish')
  })
})
