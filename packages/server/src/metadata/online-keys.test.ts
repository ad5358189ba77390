import { createPublicKey } from 'node:crypto'
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { generatePrivateKey, signerOfPem, writeKeyFile } from '@homing/tuf/repository'
import { describe, expect, test } from 'vitest'

import {
  admin,
  adminToken,
  publisher,
  samplePackage,
  signer,
  startedServer,
  temporaryFolder,
} from '../../test/fixture.ts'
import { ourClient, reading } from '../../test/tuf-clients.ts'
import { createServer, type ServerOptions } from '../index.ts'

const renew = { method: 'POST', url: '/v1/metadata/online-key', headers: admin } as const

/** The public half in PEM of a private key. */
function publicPem(pem: string): string {
  return createPublicKey(pem).export({ format: 'pem', type: 'spki' }) as string
}

/** What a server that cannot start says. */
async function refusal(options: Partial<ServerOptions>): Promise<Error> {
  const app = createServer({ dataFolder: await temporaryFolder(), adminToken, ...options })
  const error = await Promise.resolve(app.ready()).then(
    () => undefined,
    (thrown: unknown) => thrown as Error,
  )
  await app.close()
  expect(error, 'the server started').toBeDefined()
  return error!
}

/** Whether clients trust what a server with this key signs, after it was told of it. */
async function trusted(options: Partial<ServerOptions>): Promise<string> {
  const app = await startedServer(options)
  const { root } = await signer(app).initialise()
  await publisher(app).publish(samplePackage())
  await publisher(app).rollOut('digits', { champion: '1.0.0' })
  expect(await ourClient(reading(app), root).download('rollouts/digits.json')).toContain('1.0.0')
  return (await signer(app).state()).onlineKeyId
}

describe('the online key in the data folder', () => {
  test('is made once, for the owner alone, and kept', async () => {
    const dataFolder = await temporaryFolder()
    const ids: string[] = []
    for (let start = 0; start < 2; start++) {
      const app = await startedServer({ dataFolder })
      ids.push((await signer(app).state()).onlineKeyId)
      await app.close()
    }
    expect(ids[0]).toBe(ids[1])
    expect(await readdir(join(dataFolder, 'online-keys'))).toEqual(['1.pem'])
    expect((await stat(join(dataFolder, 'online-keys'))).mode & 0o777).toBe(0o700)
    expect((await stat(join(dataFolder, 'online-keys/1.pem'))).mode & 0o777).toBe(0o600)
  })

  test('is refused with advice when others may read it, or it is damaged', async () => {
    const dataFolder = await temporaryFolder()
    await mkdir(join(dataFolder, 'online-keys'))
    const file = join(dataFolder, 'online-keys/1.pem')
    const pem = generatePrivateKey()
    await writeKeyFile(file, pem)
    await chmod(file, 0o640)
    const open = await refusal({ dataFolder })
    expect(open).toMatchObject({ code: 'KEY_INVALID', message: expect.stringContaining('chmod 600') })
    await writeFile(file, pem.slice(0, 60))
    await chmod(file, 0o600)
    const damaged = await refusal({ dataFolder })
    expect(damaged).toMatchObject({ code: 'KEY_INVALID' })
    for (const { message } of [open, damaged]) expect(message).not.toContain(pem.split('\n')[1]!.slice(0, 20))
  })

  test('gets a successor once, until a root names it', async () => {
    const dataFolder = await temporaryFolder()
    const app = await startedServer({ dataFolder })
    const first = (await signer(app).state()).onlineKeyId
    // Before there is a root, the first key is new enough.
    expect((await app.inject(renew)).json().onlineKeyId).toBe(first)
    await signer(app).initialise()
    const next = (await app.inject(renew)).json<{ onlineKeyId: string }>().onlineKeyId
    expect(next).not.toBe(first)
    expect((await app.inject(renew)).json().onlineKeyId).toBe(next)
    expect((await readdir(join(dataFolder, 'online-keys'))).sort()).toEqual(['1.pem', '2.pem'])
  })
})

describe('the online key from elsewhere', () => {
  test('comes as PEM, of any kind; the newest is the first of several', async () => {
    const pems = [generatePrivateKey('ecdsa'), generatePrivateKey('ed25519')]
    const id = await trusted({ onlineKey: { pem: pems.join('\n') } })
    expect(id).toBe(signerOfPem(pems[0]!).keyId)
  })

  test('may be held by a program', async () => {
    const folder = await temporaryFolder()
    const pem = generatePrivateKey()
    await writeFile(join(folder, 'key.pem'), pem)
    const program = join(folder, 'kms.mjs')
    await writeFile(
      program,
      `import { sign } from 'node:crypto'
       import { readFileSync } from 'node:fs'
       const data = readFileSync(0)
       process.stdout.write(sign(null, data, readFileSync(process.argv[2])).toString('base64'))`,
    )
    const run = [process.execPath, program, join(folder, 'key.pem')] as const
    const dataFolder = await temporaryFolder()
    const id = await trusted({
      dataFolder,
      onlineKey: { command: { run: [...run], publicKey: publicPem(pem) } },
    })
    expect(id).toBe(signerOfPem(pem).keyId)
    expect(await readdir(dataFolder)).not.toContain('online-keys')
  })

  test('that a program cannot use fails what needs it, and leaves the rest as it was', async () => {
    const dataFolder = await temporaryFolder()
    const pem = generatePrivateKey()
    const publicKey = publicPem(pem)
    const app = await startedServer({ dataFolder, onlineKey: { pem } })
    const { root } = await signer(app).initialise()
    await publisher(app).publish(samplePackage())
    await publisher(app).rollOut('digits', { champion: '1.0.0' })
    await publisher(app).publish(samplePackage('1.1.0'))
    await app.close()
    for (const run of [['false'], ['/nowhere/kms'], ['echo', 'ab']] as [string, ...string[]][]) {
      const broken = await startedServer({
        dataFolder,
        onlineKey: { command: { run, publicKey } },
      })
      const answer = await publisher(broken).rollOut('digits', { champion: '1.1.0' })
      expect(answer.statusCode).toBe(500)
      expect(answer.json().error.code).toBe('SIGNING_FAILED')
      expect(await ourClient(reading(broken), root).download('rollouts/digits.json')).toContain(
        '"champion":"1.0.0"',
      )
      await broken.close()
    }
    // What was asked for is done as soon as signing works again.
    const mended = await startedServer({ dataFolder, onlineKey: { pem } })
    expect(await ourClient(reading(mended), root).download('rollouts/digits.json')).toContain(
      '"champion":"1.1.0"',
    )
  })

  test('is refused without a word of it', async () => {
    const pem = generatePrivateKey().replace(/\n(.{10})/, '\nAAAAAAAAAA')
    for (const wrong of [pem, 'not a key at all', pem.slice(0, 50)]) {
      const { message } = await refusal({ onlineKey: { pem: wrong } })
      expect(message).not.toContain(wrong.slice(-15))
    }
  })

  test('has its successor in the settings, too', async () => {
    const app = await startedServer({ onlineKey: { pem: generatePrivateKey() } })
    await signer(app).initialise()
    const answer = await app.inject(renew)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().error.message).toMatch(/put a new one before it there/)
  })
})
