import { createPublicKey } from 'node:crypto'
import { chmod, copyFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { describe, expect, test } from 'vitest'

import { code, packedFixture, temporaryFolder } from '../../test/fixture.ts'
import { device } from '../../test/device.ts'
import { type Machine, serverProcess, signedServer, token } from '../../test/server-process.ts'
import { publish } from '../publish/publish.ts'
import { addKey } from './add-key.ts'
import { delegateFederated } from './delegate-federated.ts'
import { initKeys } from './init-keys.ts'
import { createKey } from './key-files.ts'
import { renewMetadata } from './renew-metadata.ts'
import { revokeKey } from './revoke-key.ts'
import { rotateKeys } from './rotate-keys.ts'
import { rotateOnline } from './rotate-online.ts'
import { showKeys } from './show-keys.ts'

async function packed(version: string): Promise<string> {
  const folder = await temporaryFolder()
  await packedFixture(folder, { version, shards: [`shard of ${version}`] })
  return folder
}

const manifestOf = (version: string): string => `models/words/${version}/manifest.json`
const roleOf = async (machine: Machine, role: string) =>
  (await showKeys(machine)).roles.find((shown) => shown.role === role)!

describe('homing keys init', () => {
  test('makes keys that their owner alone reads, and a repository that devices trust', async () => {
    const machine = await signedServer()
    const files = await readdir(machine.keys)
    expect(files.map((name) => name.replace(/-[0-9a-f]{8}/, '')).sort()).toEqual([
      'publisher.pem',
      'root.json',
      'root.pem',
      'targets.json',
      'targets.pem',
    ])
    for (const name of files.filter((file) => file.endsWith('.pem')))
      expect((await stat(join(machine.keys, name))).mode & 0o777).toBe(0o600)
    const refreshed = device(machine)
    await refreshed()
    expect(await publish(await packed('1.0.0'), machine)).toMatchObject([{ champion: '1.0.0' }])
    const client = await refreshed()
    await expect(client.target(manifestOf('1.0.0'))).resolves.toBeDefined()
    await expect(client.target('rollouts/words.json')).resolves.toBeDefined()
    await expect(initKeys(machine)).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('goes on after a break, with the keys that are there', async () => {
    const server = await serverProcess()
    const keys = join(await temporaryFolder(), 'keys')
    const machine = { server, token, keys, environment: {} }
    const fails: typeof fetch = (url, init) =>
      (url as string).endsWith('/metadata/targets') ? Promise.reject(new TypeError('cut')) : fetch(url, init)
    await expect(initKeys({ ...machine, fetch: fails, wait: () => Promise.resolve() })).rejects.toThrow(
      code('NETWORK_FAILED'),
    )
    const before = (await readdir(keys)).filter((name) => name.endsWith('.pem'))
    await initKeys(machine)
    expect((await readdir(keys)).filter((name) => name.endsWith('.pem'))).toEqual(before)
    await device(machine)()
  })
})

describe('changes of keys', () => {
  test('are made on top of no older delegations than this machine has sent: a revoked key would count again', async () => {
    const machine = await signedServer()
    const before = new Map<string, ArrayBuffer>()
    for (const path of ['/v1/metadata/targets', '/v1/metadata/publisher'])
      before.set(path, await (await fetch(`${machine.server}${path}`)).arrayBuffer())
    await revokeKey((await roleOf(machine, 'publisher')).keys[0]!.keyId, machine)
    const sent: string[] = []
    const thief: typeof fetch = async (url, init) => {
      const path = (url as string).slice(machine.server.length)
      if (init?.method !== 'PUT') return before.has(path) ? new Response(before.get(path)) : fetch(url, init)
      sent.push(path)
      return new Response('{}')
    }
    await expect(renewMetadata(['targets'], { ...machine, fetch: thief })).rejects.toThrow(
      code('METADATA_ROLLBACK'),
    )
    expect(sent).toEqual([])
    expect(await renewMetadata(['targets'], machine)).toEqual(['targets'])
  })

  test('root, targets, publisher and the server are rotated one after another, and old devices follow', async () => {
    const machine = await signedServer()
    const refreshed = device(machine)
    await refreshed()
    await publish(await packed('1.0.0'), machine)
    for (const role of ['root', 'targets', 'publisher'] as const) {
      const before = await roleOf(machine, role)
      const { made, gone } = await rotateKeys(role, machine)
      expect(gone).toEqual(before.keys.map(({ keyId }) => keyId))
      expect((await roleOf(machine, role)).keys.map(({ keyId }) => keyId)).toEqual(
        made.map(({ signer }) => signer.keyId),
      )
      await (await refreshed()).target(manifestOf('1.0.0'))
    }
    const online = (await roleOf(machine, 'timestamp')).keys
    await rotateOnline(machine)
    for (const role of ['timestamp', 'snapshot', 'rollouts'])
      expect((await roleOf(machine, role)).keys).not.toEqual(online)
    await publish(await packed('1.1.0'), machine)
    const client = await refreshed()
    await client.target(manifestOf('1.1.0'))
    expect(client.trusted.root.version).toBe(4)
    // A device that comes back after all of it.
    await (await device(machine)()).target(manifestOf('1.0.0'))
  })

  test('a stolen key is revoked: it signs nothing any more, and the role gets a new one', async () => {
    const machine = await signedServer()
    const [stolen] = (await roleOf(machine, 'publisher')).keys
    const { gone, made, signed } = await revokeKey(stolen!.keyId.slice(0, 10), machine)
    expect(gone).toEqual([stolen!.keyId])
    expect(made).toHaveLength(1)
    expect(signed).toEqual(['targets', 'publisher'])
    await publish(await packed('1.0.0'), machine)
    await expect(revokeKey(stolen!.keyId, machine)).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(revokeKey('a', machine)).rejects.toThrow(code('CONFIG_INVALID'))
    const online = (await roleOf(machine, 'timestamp')).keys[0]!.keyId
    await expect(revokeKey(online, machine)).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('thresholds: two of three roots sign, one alone changes nothing', async () => {
    const machine = await signedServer({ counts: { root: 3 }, thresholds: { root: 2 } })
    expect(await roleOf(machine, 'root')).toMatchObject({ threshold: 2, keys: { length: 3 } })
    const one = { ...machine, keys: await temporaryFolder() }
    const [key] = (await readdir(machine.keys)).filter((name) => name.startsWith('root-'))
    await writeFile(join(one.keys, key!), await readFile(join(machine.keys, key!)), { mode: 0o600 })
    await writeFile(join(one.keys, 'root.json'), await readFile(join(machine.keys, 'root.json')))
    await expect(rotateKeys('targets', { ...one, all: true })).rejects.toThrow(code('KEY_MISSING'))
    await expect(rotateKeys('targets', one)).rejects.toThrow(code('KEY_MISSING'))
    const [lost] = (await roleOf(machine, 'root')).keys
    expect((await revokeKey(lost!.keyId, machine)).made).toEqual([])
    expect(await roleOf(machine, 'root')).toMatchObject({ threshold: 2, keys: { length: 2 } })
    await device(machine)()
  })

  test('a second publisher with a key of their own publishes, and loses that again', async () => {
    const machine = await signedServer()
    const theirs = await anotherKey()
    const folder = await temporaryFolder()
    const pem = createPublicKey(theirs.pem).export({ format: 'pem', type: 'spki' })
    await writeFile(join(folder, 'public.pem'), pem)
    const second = {
      ...machine,
      keys: join(folder, 'none'),
      environment: { HOMING_SIGNING_KEY: theirs.pem },
    }
    await expect(publish(await packed('1.0.0'), second)).rejects.toThrow(code('CONFIG_INVALID'))
    const trusting = { ...second, root: join(machine.keys, 'root.json') }
    await expect(publish(await packed('1.0.0'), trusting)).rejects.toThrow(code('KEY_MISSING'))
    await addKey('publisher', { ...machine, publicKey: join(folder, 'public.pem') })
    expect(await publish(await packed('1.0.0'), trusting)).toMatchObject([{ champion: '1.0.0' }])
    expect(await publish(await packed('1.1.0'), machine)).toMatchObject([{ champion: '1.1.0' }])
    await revokeKey(theirs.keyId, machine)
    await expect(publish(await packed('1.2.0'), trusting)).rejects.toThrow(code('KEY_MISSING'))
    await (await device(machine)()).target(manifestOf('1.0.0'))
  })

  test('a model is opted in to federated versions, and out', async () => {
    const machine = await signedServer()
    const refreshed = device(machine)
    expect(await delegateFederated('words', machine)).toEqual(['targets'])
    expect(await delegateFederated('words', machine)).toEqual([])
    expect((await roleOf(machine, 'federated-words')).keys).toEqual((await roleOf(machine, 'rollouts')).keys)
    await refreshed()
    await rotateOnline(machine)
    await refreshed()
    expect(await delegateFederated('words', { ...machine, withdraw: true })).toEqual(['targets'])
    expect(await delegateFederated('words', { ...machine, withdraw: true })).toEqual([])
    await refreshed()
    await expect(delegateFederated('No Name', machine)).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('metadata is signed again before it expires', async () => {
    const machine = await signedServer()
    const later = { ...machine, now: () => Date.now() + 30 * 86_400_000 }
    const before = (await roleOf(machine, 'targets')).expires!
    expect(await renewMetadata(['root', 'targets', 'publisher'], later)).toEqual([
      'root',
      'targets',
      'publisher',
    ])
    expect(Date.parse((await roleOf(machine, 'targets')).expires!) - Date.parse(before)).toBeGreaterThan(0)
    await device(machine)()
    await expect(renewMetadata(['timestamp'], machine)).rejects.toThrow(code('CONFIG_INVALID'))
    const expired = { ...machine, now: () => Date.now() + 400 * 86_400_000 }
    await expect(publish(await packed('1.0.0'), expired)).rejects.toThrow(code('METADATA_EXPIRED'))
  })

  test('a change that was cut off goes on with the next command', async () => {
    const machine = await signedServer()
    let cut = true
    const fails: typeof fetch = (url, init) =>
      cut && init?.method === 'PUT' && (url as string).endsWith('/targets')
        ? Promise.reject(new TypeError('cut'))
        : fetch(url, init)
    const cutting = { ...machine, fetch: fails, wait: () => Promise.resolve() }
    await expect(rotateKeys('targets', cutting)).rejects.toThrow(code('NETWORK_FAILED'))
    await device(machine)() // half of a change is not what devices see
    cut = false
    expect((await roleOf(machine, 'targets')).keys).toMatchObject([
      { source: expect.stringContaining('targets-') as string },
    ])
    await publish(await packed('1.0.0'), machine)
    await device(machine)()
  })
})

describe('a publisher who publishes while the keys change', () => {
  /** The key of another machine publishes 1.1.0 between what this one reads and what it sends. */
  async function racing(): Promise<{ machine: Machine; race: Machine }> {
    const machine = await signedServer()
    await publish(await packed('1.0.0'), machine)
    const other = { ...machine, keys: await temporaryFolder() }
    for (const name of await readdir(machine.keys))
      if (/^(publisher-|root\.json)/.test(name))
        await copyFile(join(machine.keys, name), join(other.keys, name))
    const folder = await packed('1.1.0')
    let first = true
    const race: typeof fetch = async (url, init) => {
      if (first && init?.method === 'PUT' && (url as string).endsWith('/metadata/targets')) {
        first = false
        await publish(folder, { ...other, rollout: false })
      }
      return fetch(url, init)
    }
    return { machine, race: { ...machine, fetch: race } }
  }

  test('is kept when the keys are rotated', async () => {
    const { machine, race } = await racing()
    const { made, gone } = await rotateKeys('publisher', race)
    expect([made.length, gone.length]).toEqual([1, 1])
    const client = await device(machine)()
    for (const version of ['1.0.0', '1.1.0']) await client.target(manifestOf(version))
    await publish(await packed('1.2.0'), machine)
  })

  test('is dropped when the key was stolen', async () => {
    const { machine, race } = await racing()
    const [stolen] = (await roleOf(machine, 'publisher')).keys
    expect((await revokeKey(stolen!.keyId, race)).gone).toEqual([stolen!.keyId])
    const client = await device(machine)()
    await client.target(manifestOf('1.0.0'))
    await expect(client.target(manifestOf('1.1.0'))).rejects.toThrow(code('TARGET_UNKNOWN'))
    await publish(await packed('1.2.0'), machine)
  })
})

describe('what is refused', () => {
  test('a server that lies: metadata that another signed, an older root', async () => {
    const [honest, liar] = [await signedServer(), await signedServer()]
    await expect(publish(await packed('1.0.0'), { ...honest, server: liar.server })).rejects.toThrow(
      code('METADATA_UNSIGNED'),
    )
    await rotateKeys('root', honest)
    await expect(showKeys({ ...honest, server: liar.server })).rejects.toThrow(code('METADATA_ROLLBACK'))
  })

  test('no keys, and keys that others may read', async () => {
    const machine = await signedServer()
    await expect(rotateKeys('snapshot', machine)).rejects.toThrow(code('CONFIG_INVALID'))
    const [publisher] = (await readdir(machine.keys)).filter((name) => name.startsWith('publisher-'))
    const path = join(machine.keys, publisher!)
    await chmod(path, 0o644)
    await expect(publish(await packed('1.0.0'), machine)).rejects.toThrow(/chmod 600/)
    await rm(path)
    await expect(publish(await packed('1.0.0'), machine)).rejects.toThrow(code('KEY_MISSING'))
  })
})

/** A key that was made on another machine. */
async function anotherKey(): Promise<{ keyId: string; pem: string }> {
  const { source, signer } = await createKey(await temporaryFolder(), 'publisher', 'ed25519')
  return { keyId: signer.keyId, pem: await readFile(source, 'utf8') }
}
