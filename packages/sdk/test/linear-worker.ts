import { serveEngine } from '../src/engine.ts'
import { linearEngine } from './linear-engine.ts'

serveEngine(linearEngine)
