#!/usr/bin/env node
import { runProgram } from './run-program.ts'

const abort = new AbortController()
process.once('SIGINT', () => abort.abort())

process.exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: abort.signal,
})
