import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { toHex } from '../../keys/bytes.ts'
import { verifySignature } from '../../keys/verify-signature.ts'
import { commandSigner } from './command-signer.ts'
import { readKeyFile, writeKeyFile } from './key-file.ts'
import { keyIdOf } from './key-id.ts'
import { generatePrivateKey, signerOfPem } from './private-key.ts'
import { publicKeyOfPem } from './public-key.ts'

const data = new TextEncoder().encode('signed')
const code = (expected: string): unknown => expect.objectContaining({ name: 'HomingError', code: expected })
const publicPem = (pem: string): string =>
  createPublicKey(pem).export({ format: 'pem', type: 'spki' }) as string

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'homing-keys-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

describe('private keys', () => {
  it.each(['ed25519', 'ecdsa', 'rsa'] as const)('sign what their public half verifies: %s', async (type) => {
    const pem = generatePrivateKey(type)
    const signer = signerOfPem(pem)
    expect(signer.key).toEqual(publicKeyOfPem(publicPem(pem)))
    expect(signer.keyId).toBe(keyIdOf(signer.key))
    expect(await verifySignature(signer.key, toHex(await signer.sign(data)), data)).toBe(true)
  })

  it('may be ECDSA on P-384, too', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const signer = signerOfPem(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string)
    expect(await verifySignature(signer.key, toHex(await signer.sign(data)), data)).toBe(true)
  })

  it('have the SHA-256 of their canonical form for an id, whatever else metadata says of them', () => {
    const point = '00'.repeat(32)
    const text = `{"keytype":"ed25519","keyval":{"public":"${point}"},"scheme":"ed25519"}`
    const key = { scheme: 'ed25519', keytype: 'ed25519', keyval: { public: point }, 'x-note': 1 }
    expect(keyIdOf(key)).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it.each([
    ['nothing', ''],
    ['no PEM', 'hunter2'],
    [
      'another kind',
      generateKeyPairSync('x25519').privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    ],
    [
      'a short RSA key',
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
      }) as string,
    ],
    [
      'another curve',
      generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey.export({
        format: 'pem',
        type: 'pkcs8',
      }) as string,
    ],
    [
      'an encrypted key',
      generateKeyPairSync('ed25519').privateKey.export({
        format: 'pem',
        type: 'pkcs8',
        cipher: 'aes-256-cbc',
        passphrase: 'hunter2',
      }) as string,
    ],
  ])('are refused when they are %s, without a word of them', (_, pem) => {
    let thrown: unknown
    try {
      signerOfPem(pem)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toEqual(code('KEY_INVALID'))
    expect(JSON.stringify(thrown)).not.toContain('hunter2')
  })
})

describe('key files', () => {
  it('are for their owner alone, and never written over', async () => {
    const path = join(await folder(), 'root.pem')
    const pem = generatePrivateKey()
    const mask = process.umask(0)
    onTestFinished(() => void process.umask(mask))
    await writeKeyFile(path, pem)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await readKeyFile(path)).keyId).toBe(signerOfPem(pem).keyId)
    await expect(writeKeyFile(path, 'another')).rejects.toThrow(code('KEY_INVALID'))
    expect(await readFile(path, 'utf8')).toBe(pem)
  })

  it.each([0o640, 0o604, 0o620, 0o601])('are refused with mode %o', async (mode) => {
    const path = join(await folder(), 'root.pem')
    await writeKeyFile(path, generatePrivateKey())
    await chmod(path, mode)
    await expect(readKeyFile(path)).rejects.toThrow(/chmod 600/)
  })

  it('are refused when they are missing or hold something else', async () => {
    const path = join(await folder(), 'root.pem')
    await expect(readKeyFile(path)).rejects.toThrow(code('KEY_MISSING'))
    await writeFile(path, 'hunter2', { mode: 0o600 })
    await expect(readKeyFile(path)).rejects.toThrow(code('KEY_INVALID'))
    await expect(readKeyFile(path)).rejects.not.toThrow(/hunter2/)
  })
})

describe('commandSigner', () => {
  const pem = generatePrivateKey()
  const { key } = signerOfPem(pem)
  const signWith = (code: string, ...args: string[]) =>
    commandSigner(key, [process.execPath, '-e', code, '--', ...args]).sign(data)
  const signing = (encoding: string): string =>
    `const c = require('crypto'), f = require('fs')
     process.stdout.write(c.sign(null, f.readFileSync(0), process.argv[1]).toString('${encoding}') + '\\n')`

  it.each(['hex', 'base64'])('takes a signature in %s', async (encoding) => {
    expect(await signWith(signing(encoding), pem)).toEqual(await signerOfPem(pem).sign(data))
  })

  it.each([
    ['prints nothing', ''],
    ['prints something else', 'process.stdout.write("hello")'],
    ['prints without end', 'setInterval(() => process.stdout.write("a".repeat(9999)), 1)'],
    ['fails', 'process.exit(3)'],
    ['does not read', 'process.stdin.destroy(); process.exit(1)'],
  ])('refuses a command that %s', async (_, script) => {
    await expect(signWith(script)).rejects.toThrow(code('SIGNING_FAILED'))
  })

  it('refuses a signature of another key, and a program that is not there', async () => {
    await expect(signWith(signing('hex'), generatePrivateKey())).rejects.toThrow(code('SIGNING_FAILED'))
    await expect(commandSigner(key, ['/no/such/program']).sign(data)).rejects.toThrow(code('SIGNING_FAILED'))
  })
})
