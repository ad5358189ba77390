import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { canonicalBytes, HomingError, type Next, parseManifest, parseRollout, paths } from '@homing/protocol'
import { refresh } from '@homing/tuf'
import { expect, test } from 'vitest'

import { code, file, packedFixture, sha256, temporaryFolder } from '../../test/fixture.ts'
import { type Machine, serverProcess, signedServer, token } from '../../test/server-process.ts'
import { initKeys } from '../keys/init-keys.ts'
import { publish } from '../publish/publish.ts'
import { bundle, type BundleOptions } from './bundle.ts'

async function publishWords(machine: Machine, version: string, shards: readonly string[], model = 'words') {
  const folder = await temporaryFolder()
  await packedFixture(folder, { model, version, shards })
  await publish(folder, machine)
}
const optionsOf = async ({ server, keys }: Machine, out: string): Promise<BundleOptions> => ({
  repository: `${server}/repository`,
  root: new Uint8Array(await readFile(join(keys, 'root.json'))),
  models: ['words'],
  out,
  wait: () => Promise.resolve(),
})
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()

/** Reads a bundle as a device does that starts with the app's root, long after everything expired. */
async function champion(
  folder: string,
  root: Uint8Array<ArrayBuffer>,
): Promise<{ version: string; blobs: string[] }> {
  const base = `${pathToFileURL(folder).href}/`
  const kept = new Map([['root', root]])
  const client = await refresh({
    metadataUrl: `${base}metadata`,
    store: {
      read: (role) => Promise.resolve(kept.get(role)),
      write: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
    },
    fetcher: {
      fetch: (url) =>
        readFile(new URL(url)).then(
          (bytes) => new Uint8Array(bytes),
          () => undefined,
        ),
    },
    now: () => 0,
  })
  const document = async (path: string) => client.download(path, await client.target(path), base)
  const { champion } = parseRollout(await document(paths.rollout('words')), 'words')
  const manifest = parseManifest(await document(paths.manifest('words', champion)))
  const refs = [manifest.graph, ...manifest.parameters.shards]
  const blobs = await Promise.all(refs.map((ref) => readFile(join(folder, paths.blob(ref.sha256)), 'utf8')))
  return { version: champion, blobs }
}

test('a bundle is all that a device needs, and follows the repository when it is made again', async () => {
  const machine = await signedServer()
  const out = join(await temporaryFolder(), 'public', 'models')
  await publishWords(machine, '1.0.0', ['one', 'two'])
  await publishWords(machine, '1.0.0', ['other'], 'others')
  const options = await optionsOf(machine, out)
  expect(await bundle(options)).toEqual([{ model: 'words', version: '1.0.0', bytes: 20 }])
  expect(await champion(out, options.root)).toEqual({
    version: '1.0.0',
    blobs: ['graph of words', 'one', 'two'],
  })
  const first = await filesIn(out)
  expect(first.some((path) => path.includes('others'))).toBe(false)
  expect(first).not.toContain(paths.blob(sha256('other')))

  await file(out, 'blobs/README.md', 'the app’s own')
  await publishWords(machine, '1.1.0', ['one', 'three'])
  await bundle(options)
  expect(await champion(out, options.root)).toEqual({
    version: '1.1.0',
    blobs: ['graph of words', 'one', 'three'],
  })
  const second = await filesIn(out)
  expect(second).toContain('blobs/README.md')
  expect(second.filter((path) => path.startsWith('blobs/'))).toHaveLength(4)
  expect(
    second.filter((path) => path.endsWith('.timestamp.json') || path.endsWith('.snapshot.json')),
  ).toHaveLength(1)
  expect(second).toHaveLength(first.length + 1)
})

test('several models share a bundle', async () => {
  const machine = await signedServer()
  const out = await temporaryFolder()
  await publishWords(machine, '1.0.0', ['one'])
  await publishWords(machine, '2.0.0', ['one', 'other'], 'others')
  const options = { ...(await optionsOf(machine, out)), models: ['words', 'others', 'words'] }
  expect(await bundle(options)).toMatchObject([{ model: 'words' }, { model: 'others', version: '2.0.0' }])
})

test('models without which a bundled one does not run come with it; those that a cascade asks do not', async () => {
  const machine = await signedServer()
  const out = await temporaryFolder()
  const folder = await temporaryFolder()
  const named: Record<string, Next | undefined> = {
    words: { kind: 'chain', model: 'second', inputs: { x: 'y' } },
    second: { kind: 'fan-out', models: ['third', 'fourth'] },
    third: { kind: 'cascade', below: 0.5, model: 'larger' },
    fourth: undefined,
    larger: undefined,
  }
  for (const [model, next] of Object.entries(named))
    await packedFixture(folder, { model, version: '1.0.0', shards: [model], ...(next && { next }) })
  await publish(folder, machine)
  const bundled = await bundle(await optionsOf(machine, out))
  expect(bundled.map(({ model }) => model)).toEqual(['words', 'second', 'third', 'fourth'])
  const files = await filesIn(out)
  expect(files).toContain(paths.blob(sha256('fourth')))
  expect(files).not.toContain(paths.blob(sha256('larger')))
})

test('another root, an unknown model, no repository: nothing that looks like a bundle is left', async () => {
  const machine = await signedServer()
  const out = await temporaryFolder()
  await publishWords(machine, '1.0.0', ['one'])
  const options = await optionsOf(machine, out)
  const stranger = join(await temporaryFolder(), 'keys')
  await initKeys({ server: await serverProcess(), token, keys: stranger, environment: {} })
  const root = new Uint8Array(await readFile(join(stranger, 'root.json')))
  await expect(bundle({ ...options, root })).rejects.toThrow(code('METADATA_UNSIGNED'))
  await expect(bundle({ ...options, root: canonicalBytes({}) })).rejects.toThrow(HomingError)
  for (const model of ['nothing', '../words', 'constructor'])
    await expect(bundle({ ...options, models: [model] })).rejects.toThrow(code('MODEL_UNKNOWN'))
  await expect(bundle({ ...options, repository: 'http://127.0.0.1:1/' })).rejects.toThrow(
    code('NETWORK_FAILED'),
  )
  expect(await filesIn(out)).toEqual([])
})

test('a spoiled blob is refused, and what was there serves nobody until all is whole', async () => {
  const machine = await signedServer()
  const out = await temporaryFolder()
  await publishWords(machine, '1.0.0', ['one'])
  const options = await optionsOf(machine, out)
  await bundle(options)
  await publishWords(machine, '1.1.0', ['two'])
  const spoiling: typeof fetch = async (url, init) =>
    (url instanceof Request ? url.url : url.toString()).includes(sha256('two'))
      ? new Response('tow')
      : fetch(url, init)
  await expect(bundle({ ...options, fetch: spoiling })).rejects.toThrow(code('INTEGRITY_FAILED'))
  expect(await filesIn(out)).not.toContain('metadata/timestamp.json')
  await bundle(options)
  expect(await champion(out, options.root)).toMatchObject({ version: '1.1.0' })

  // A blob in the folder that has changed is fetched again.
  await writeFile(join(out, paths.blob(sha256('two'))), 'tow')
  await bundle(options)
  expect((await champion(out, options.root)).blobs).toEqual(['graph of words', 'two'])
})

test('a list that someone else wrote deletes nothing outside the bundle', async () => {
  const machine = await signedServer()
  const folder = await temporaryFolder()
  const out = join(folder, 'models')
  await mkdir(out)
  await publishWords(machine, '1.0.0', ['one'])
  await file(folder, 'precious', 'kept')
  await file(out, 'index.html', 'kept')
  const files = ['../precious', 'blobs/../../precious', 'index.html', join(folder, 'precious'), 7, null]
  await file(out, 'bundle.json', { files })
  await bundle(await optionsOf(machine, out))
  expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('kept')
  expect(await readFile(join(out, 'index.html'), 'utf8')).toBe('kept')
  await rm(join(out, 'bundle.json'))
  await file(out, 'bundle.json', 'not JSON')
  await bundle(await optionsOf(machine, out))
})

test('a private model needs a token', async () => {
  const machine = await signedServer()
  const access = {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  }
  await fetch(`${machine.server}/v1/models/words/access`, { ...access, body: '{"access":"private"}' })
  await publishWords(machine, '1.0.0', ['one'])
  const options = await optionsOf(machine, await temporaryFolder())
  await expect(bundle(options)).rejects.toThrow(code('UNAUTHORIZED'))
  expect(await bundle({ ...options, token })).toMatchObject([{ version: '1.0.0' }])
})

test('a bundle has every parameter set of a version: the device chooses', async () => {
  const machine = await signedServer()
  const out = join(await temporaryFolder(), 'bundle')
  const folder = await temporaryFolder()
  await packedFixture(folder, { version: '1.0.0', shards: ['whole'], half: ['small'] })
  expect(await publish(folder, machine)).toMatchObject([{ uploadedBlobs: 4 }])
  await bundle(await optionsOf(machine, out))
  for (const text of ['graph of words', 'whole', 'half of words', 'small'])
    expect(await readFile(join(out, paths.blob(sha256(text))), 'utf8')).toBe(text)
})
