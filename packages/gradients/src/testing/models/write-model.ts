// `node --conditions=@homing/source --import tsx write-model.ts <network> <file>`: for tests of other packages.
import { writeFileSync } from 'node:fs'

import { writeModel } from '@homing/onnx'

import { encoder } from './encoder.ts'
import { mobilenet } from './mobilenet.ts'

const networks = { encoder, mobilenet }
const [name, file] = process.argv.slice(2)
if (!file || !(name === 'encoder' || name === 'mobilenet')) throw new Error('Name a network and a file')
writeFileSync(file, writeModel(networks[name]()))
