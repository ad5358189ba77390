import { spawn } from 'node:child_process'

import { HomingError } from '@homing/protocol'

import { commandTimeout, maxCommandOutput } from '../../config.ts'
import { verifySignature } from '../../keys/verify-signature.ts'
import type { Key } from '../../metadata/key.ts'
import type { Signer } from '../signer.ts'
import { keyIdOf } from './key-id.ts'

/**
 * A signer whose private key a program holds, such as a key management service: the program gets the bytes on its
 * standard input and prints the signature in hexadecimal or base64. It runs without a shell; its errors are shown as
 * they come. Each signature is verified before it is used.
 */
export function commandSigner(key: Key, [program, ...args]: readonly [string, ...string[]]): Signer {
  const keyId = keyIdOf(key)
  return {
    keyId,
    key,
    async sign(bytes) {
      const text = (await outputOf(program, args, bytes)).trim()
      for (const hex of [text, Buffer.from(text, 'base64').toString('hex')])
        if (await verifySignature(key, hex, bytes)) return new Uint8Array(Buffer.from(hex, 'hex'))
      throw failed(program, `printed no signature of the key ${keyId}`)
    },
  }
}

function outputOf(program: string, args: readonly string[], input: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], timeout: commandTimeout })
    let output = ''
    child.stdout.setEncoding('latin1').on('data', (part: string) => {
      output += part
      if (output.length > maxCommandOutput) child.kill()
    })
    child.on('error', (cause) => reject(failed(program, 'could not be started', cause)))
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output)
      else reject(failed(program, code === null ? `was ended by ${signal}` : `ended with exit code ${code}`))
    })
    child.stdin.on('error', () => undefined) // a program that ends before it has read says so by its exit code
    child.stdin.end(input)
  })
}

function failed(program: string, problem: string, cause?: unknown): HomingError {
  return new HomingError('SIGNING_FAILED', `The signing command ${program} ${problem}`, { cause })
}
