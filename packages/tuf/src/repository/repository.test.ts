import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { Updater } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'
import { describe, expect, it, onTestFinished } from 'vitest'

import {
  emptyTargets,
  federatedRole,
  generatePrivateKey,
  keysOfRole,
  readDocument,
  renewed,
  signerOfPem,
  signMetadata,
  targetFileOf,
  verifyRoot,
  verifyTargets,
  withDelegation,
  withKeys,
  withoutDelegation,
  withTargets,
} from '../repository.ts'
import { clientOf, signedRepository, type SignedRepository } from '../testing/signed-repository.ts'

const now = Date.now()
const path = 'models/digits/1.0.0/manifest.json'
const manifest = new TextEncoder().encode('{"model":"digits"}')
const code = (expected: string): unknown => expect.objectContaining({ name: 'HomingError', code: expected })

/** Whether tuf-js finds the target after a refresh. */
async function foundByTufJs({ files }: SignedRepository, target: string): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'homing-tuf-js-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'root.json'), files.get('1.root.json')!)
  const base = 'https://repository.test'
  const updater = new Updater({
    metadataDir: folder,
    metadataBaseUrl: base,
    fetcher: {
      downloadBytes(url) {
        const bytes = files.get(url.slice(base.length + 1))
        return bytes ? Promise.resolve(Buffer.from(bytes)) : Promise.reject(new DownloadHTTPError(url, 404))
      },
      downloadFile: () => Promise.reject(new Error('targets are not fetched here')),
    },
  })
  await updater.refresh()
  return (await updater.getTargetInfo(target)) !== undefined
}

describe('a repository signed by this package', () => {
  it('has a name that new keys do not change', async () => {
    const { root } = await signedRepository({}, now)
    const signer = signerOfPem(generatePrivateKey('ed25519'))
    const next = withKeys(renewed(root, 'root', now), 'root', { keys: [signer.key], threshold: 1 })
    const bytes = await signMetadata(next, [next.roles.root], [signer])
    const name = readDocument('root', bytes)['x-homing-repository']
    expect(name).toMatch(/^[0-9a-f-]{36}$/)
    expect(name).toBe(root['x-homing-repository'])
    expect((await signedRepository({}, now)).root['x-homing-repository']).not.toBe(name)
  })

  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('is what its client and tuf-js trust: %s', async (type) => {
    const repository = await signedRepository({ type, rootKeys: 2, threshold: 2 }, now)
    repository.publisher = withTargets(repository.publisher, { [path]: targetFileOf(manifest) })
    await repository.publish()
    const client = await clientOf(repository, now)
    expect(await client.target(path)).toEqual(targetFileOf(manifest))
    await expect(client.target('models/digits/manifest.json')).rejects.toThrow(code('TARGET_UNKNOWN'))
    expect(await foundByTufJs(repository, path)).toBe(true)
    expect(await foundByTufJs(repository, 'models/digits/2.0.0/manifest.json')).toBe(false)
  })

  it('changes its keys and its files by one version after another', async () => {
    const repository = await signedRepository({}, now)
    await repository.publish()
    const before = repository.root
    const [next, publisher] = [signerOfPem(generatePrivateKey()), signerOfPem(generatePrivateKey())]
    repository.signers.push(next, publisher)
    repository.root = renewed(withKeys(before, 'root', { keys: [next.key], threshold: 1 }), 'root', now)
    repository.targets = renewed(
      withDelegation(repository.targets, 'publisher', { keys: [publisher.key], threshold: 1 }),
      'targets',
      now,
    )
    repository.publisher = renewed(
      withTargets(repository.publisher, { [path]: targetFileOf(manifest) }),
      'publisher',
      now,
    )
    await repository.publish()
    repository.files.set(
      '2.root.json',
      await signMetadata(
        repository.root,
        [before.roles.root, repository.root.roles.root],
        repository.signers,
      ),
    )
    expect(await (await clientOf(repository, now)).target(path)).toEqual(targetFileOf(manifest))
    expect(await foundByTufJs(repository, path)).toBe(true)
    expect(Object.keys(repository.root.keys)).toHaveLength(3)
    expect(Object.keys(repository.targets.delegations!.keys)).toHaveLength(2)
    await expect(verifyRoot(repository.files.get('2.root.json')!, before)).resolves.toEqual(repository.root)
  })

  it('delegates the federated versions of a model, and takes that back', async () => {
    const { targets, online } = await signedRepository({}, now)
    const role = federatedRole('digits')
    const opted = withDelegation(targets, role, { keys: [online.key], threshold: 1 })
    expect(opted.delegations!.roles.at(-1)).toEqual({
      name: 'federated-digits',
      keyids: [online.keyId],
      threshold: 1,
      terminating: true,
      paths: ['federated/digits/*/manifest.json'],
    })
    expect(withoutDelegation(opted, role)).toEqual(targets)
    const empty = emptyTargets(role, now)
    const bytes = await signMetadata(empty, [keysOfRole(role, opted).roleKeys], [online])
    await expect(verifyTargets(bytes, role, opted)).resolves.toEqual(empty)
    await expect(verifyTargets(bytes, role, targets)).rejects.toThrow(code('METADATA_MISSING'))
    await expect(verifyTargets(bytes, 'publisher', opted)).rejects.toThrow(code('METADATA_UNSIGNED'))
  })
})

describe('signMetadata', () => {
  it('gives equal bytes for equal documents, and keeps fields that it does not know', async () => {
    const { root, signers } = await signedRepository({}, now)
    const strange = { ...root, 'x-unknown': { deep: [1, 'ü'] } }
    const bytes = await signMetadata(strange, [root.roles.root], signers)
    expect(bytes).toEqual(await signMetadata(strange, [root.roles.root], signers))
    expect(readDocument('root', bytes)).toEqual(strange)
    await expect(verifyRoot(bytes)).resolves.toEqual(strange)
  })

  it('signs what lists thousands of files', async () => {
    const { targets, publisher, signers } = await signedRepository({}, now)
    const file = targetFileOf(manifest)
    const paths = Array.from({ length: 10_000 }, (_, at) => `models/m${at}/1.0.0/manifest.json`)
    const listing = withTargets(publisher, Object.fromEntries(paths.map((name) => [name, file])))
    const bytes = await signMetadata(listing, [keysOfRole('publisher', targets).roleKeys], signers)
    expect(await verifyTargets(bytes, 'publisher', targets)).toEqual(listing)
  })

  it('refuses to sign by fewer keys than the threshold, with a foreign key, or with a liar', async () => {
    const { root, signers } = await signedRepository({ rootKeys: 3, threshold: 2 }, now)
    const sign = (with_: typeof signers) => signMetadata(root, [root.roles.root], with_)
    await expect(sign(signers.slice(0, 1))).rejects.toThrow(code('KEY_MISSING'))
    await expect(sign([signers[0]!, signers[0]!])).rejects.toThrow(code('KEY_MISSING'))
    await expect(sign([signers[0]!, signerOfPem(generatePrivateKey())])).rejects.toThrow(code('KEY_MISSING'))
    const liar = { ...signers[1]!, sign: () => Promise.resolve(new Uint8Array(64)) }
    await expect(sign([signers[0]!, liar])).rejects.toThrow(code('SIGNING_FAILED'))
  })

  it('refuses thresholds that no keys can meet', async () => {
    const { root, targets, online } = await signedRepository({}, now)
    for (const threshold of [0, 2, 1.5, NaN]) {
      const signatories = { keys: [online.key], threshold }
      expect(() => withKeys(root, 'targets', signatories)).toThrow(code('CONFIG_INVALID'))
      expect(() => withDelegation(targets, 'publisher', signatories)).toThrow(code('CONFIG_INVALID'))
    }
    const twice = { keys: [online.key, online.key], threshold: 2 }
    expect(() => withKeys(root, 'targets', twice)).toThrow(code('CONFIG_INVALID'))
    expect(() => withDelegation(targets, 'unheard-of', { keys: [online.key], threshold: 1 })).toThrow(
      code('CONFIG_INVALID'),
    )
  })
})
