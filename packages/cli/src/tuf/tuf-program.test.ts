import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import { type TufRepository, tufRepository, tufSigner } from '@homing/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { runCommand } from '../run-command.ts'
import { tufProgram } from './tuf-program.ts'

let folder: string
let repository: TufRepository
let url: string
let close: () => Promise<void>

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-tuf-'))
  repository = tufRepository()
  const server = createServer((request, response) => {
    const body = repository.answer(request.url!.slice(1))
    response.writeHead(body ? 200 : 404).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  close = () =>
    new Promise((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    })
})
afterEach(async () => {
  await close()
  await rm(folder, { recursive: true })
})

let output = ''
async function tuf(...args: string[]): Promise<number> {
  output = ''
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      output += chunk.toString()
      done()
    },
  }) as unknown as NodeJS.WriteStream
  const options = { stdout: stream, stderr: stream }
  return runCommand(tufProgram(options), ['--metadata-dir', join(folder, 'metadata'), ...args], options)
}
async function init(): Promise<number> {
  const path = join(folder, 'trusted.json')
  await writeFile(path, repository.roots[0]!)
  return tuf('init', path)
}
const refresh = (): Promise<number> => tuf('--metadata-url', url, 'refresh')
const download = (...names: string[]): Promise<number> =>
  tuf(
    '--metadata-url',
    url,
    ...names.flatMap((name) => ['--target-name', name]),
    '--target-base-url',
    `${url}/targets`,
    '--target-dir',
    join(folder, 'targets'),
    'download',
  )
const files = (): Promise<string[]> => readdir(join(folder, 'targets'))

describe('homing-tuf', () => {
  it('trusts a root without a request, then refreshes and keeps what it trusts, byte for byte', async () => {
    expect(await init()).toBe(0)
    expect(repository.requests).toEqual([])
    repository.publish('targets')
    expect(await refresh()).toBe(0)
    const kept = join(folder, 'metadata')
    expect((await readdir(kept)).sort()).toEqual([
      'root.json',
      'snapshot.json',
      'targets.json',
      'timestamp.json',
    ])
    expect(new Uint8Array(await readFile(join(kept, 'targets.json')))).toEqual(
      repository.answer('2.targets.json'),
    )
  })

  it('refuses a root that is none, and refreshes nothing without one', async () => {
    await writeFile(join(folder, 'bad.json'), '{}')
    expect(await tuf('init', join(folder, 'bad.json'))).toBe(1)
    expect(output).toContain('METADATA_INVALID')
    expect(await refresh()).toBe(1)
    expect(repository.requests).toEqual([])
  })

  it('downloads targets, once each, and replaces them under the same name', async () => {
    await init()
    repository.addTarget('path/to/a.txt', 'one')
    repository.addTarget('b c.txt', 'two')
    repository.publish('targets')
    expect(await download('path/to/a.txt', 'b c.txt')).toBe(0)
    expect((await files()).sort()).toEqual(['b%20c.txt', 'path%2Fto%2Fa.txt'])
    const file = join(folder, 'targets', 'path%2Fto%2Fa.txt')
    const before = await stat(file)
    repository.requests.length = 0
    expect(await download('path/to/a.txt')).toBe(0)
    expect(repository.requests).toEqual(['2.root.json', 'timestamp.json'])
    expect((await stat(file)).mtimeMs).toBe(before.mtimeMs)
    repository.addTarget('path/to/a.txt', 'one, changed')
    repository.publish('targets')
    expect(await download('path/to/a.txt')).toBe(0)
    expect(await readFile(file, 'utf8')).toBe('one, changed')
    expect(await files()).toHaveLength(2)
  })

  it('keeps what it downloaded, whatever a thief puts in its place', async () => {
    await init()
    repository.addTarget('a.txt', 'content 0')
    repository.publish('targets')
    for (let change = 1; change < 4; change++) {
      expect(await download('a.txt')).toBe(0)
      const body = repository.bodies.get('a.txt')!
      repository.bodies.set('a.txt', new TextEncoder().encode('of a thief'))
      repository.publish('targets')
      expect(await download('a.txt')).toBe(0) // it is there and right
      await writeFile(join(folder, 'targets', 'a.txt'), 'changed on the disk')
      expect(await download('a.txt')).toBe(1)
      expect(output).toContain('METADATA_MISMATCH')
      repository.bodies.set('a.txt', body)
      expect(await download('a.txt')).toBe(0)
      expect(new Uint8Array(await readFile(join(folder, 'targets', 'a.txt')))).toEqual(body)
      repository.addTarget('a.txt', `content ${change}`)
      repository.publish('targets')
    }
  })

  it('writes nothing that nobody signed, and goes on once the repository is right again', async () => {
    await init()
    expect(await refresh()).toBe(0)
    const kept = await readFile(join(folder, 'metadata', 'timestamp.json'))
    const honest = repository.signers.get('timestamp')!
    repository.signers.set('timestamp', [tufSigner()])
    repository.publish('targets')
    expect(await refresh()).toBe(1)
    expect(output).toContain('METADATA_UNSIGNED')
    expect(await readFile(join(folder, 'metadata', 'timestamp.json'))).toEqual(kept)
    repository.signers.set('timestamp', honest)
    expect(await refresh()).toBe(0)
    expect(await readFile(join(folder, 'metadata', 'targets.json'), 'utf8')).toContain('"version":2')
  })

  it('downloads nothing that an expired role lists, and does not keep the role', async () => {
    await init()
    repository.delegate('targets', { name: 'late' })
    repository.addTarget('file', 'content', 'late')
    repository.targets.get('late')!.expires = '2020-01-01T00:00:00Z'
    repository.publish('targets')
    expect(await refresh()).toBe(0)
    expect(await download('file')).toBe(1)
    expect(output).toContain('METADATA_EXPIRED')
    expect(await readdir(join(folder, 'metadata'))).not.toContain('late.json')
  })

  it('stops at the first target that fails, and leaves no part of it', async () => {
    await init()
    for (const name of ['a', 'b', 'c']) repository.addTarget(name, `body of ${name}`)
    repository.publish('targets')
    repository.bodies.set('b', new TextEncoder().encode('changed by a thief'))
    expect(await download('a', 'b', 'c')).toBe(1)
    expect(output).toContain('METADATA_MISMATCH')
    expect(await files()).toEqual(['a'])
  })

  it('writes nothing outside its folders, whatever roles and targets are called', async () => {
    await init()
    repository.delegate('targets', { name: '../role', paths: ['../*'] })
    repository.addTarget('../target', 'inside', '../role')
    repository.addTarget('..', 'also inside')
    repository.publish('targets', '../role')
    expect(await download('..')).toBe(0)
    expect(await download('../target')).toBe(1) // URLs resolve `..`, so it is looked for above the targets
    expect((await readdir(folder)).sort()).toEqual(['metadata', 'targets', 'trusted.json'])
    expect((await files()).sort()).toEqual(['%2E%2E'])
    expect(await readdir(join(folder, 'metadata'))).toContain('..%2Frole.json')
  })

  it('keeps roles and targets whose names are longer than those of files', async () => {
    await init()
    const [role, name] = ['模'.repeat(60), `${'型'.repeat(80)}.onnx`]
    repository.delegate('targets', { name: role })
    for (const path of [name, `${name}2`]) {
      repository.addTarget(path, `body of ${path}`, role)
      repository.publish('targets', role)
      expect([await download(path), output]).toEqual([0, output])
    }
    const before = await files()
    expect(before).toHaveLength(2)
    repository.addTarget(name, 'changed', role)
    repository.publish('targets', role)
    expect(await download(name)).toBe(0)
    expect(await files()).toEqual(before)
    repository.requests.length = 0
    expect(await download(name)).toBe(0)
    expect(repository.requests).toEqual(['2.root.json', 'timestamp.json'])
  })

  it('updates metadata before it finds that a target is unknown', async () => {
    await init()
    expect(await download('nothing')).toBe(1)
    expect(output).toContain('TARGET_UNKNOWN')
    expect(await readdir(join(folder, 'metadata'))).toHaveLength(4)
  })

  it('runs the example of the README', async () => {
    repository.addTarget('wine/card.md', '# Wine')
    repository.publish('targets')
    await writeFile(join(folder, 'root.json'), repository.roots[0]!)
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    const lines = /```sh\n(homing-tuf[^`]*)```/.exec(readme)![1]!.trim().split('\n')
    for (const line of lines) {
      const [name, ...args] = line
        .replace('https://models.example.com/metadata', url)
        .replace('https://models.example.com', url)
        .split(' ')
      expect(name).toBe('homing-tuf')
      const here = args.map((arg) => (/^(trusted|downloads|root\.json)$/.test(arg) ? join(folder, arg) : arg))
      expect([line, await tuf(...here)]).toEqual([line, 0])
    }
    expect(await readFile(join(folder, 'downloads', 'wine%2Fcard.md'), 'utf8')).toBe('# Wine')
  })

  it.each([
    [['refresh'], '--metadata-url'],
    [['--metadata-url', 'http://127.0.0.1:1', 'download'], '--target-name'],
  ])('says which option lacks: %j', async (args, option) => {
    await init()
    expect(await tuf(...args)).toBe(1)
    expect(output).toContain(option)
  })
})
