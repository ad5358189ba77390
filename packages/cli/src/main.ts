#!/usr/bin/env node
import { runProgram } from './run-program.ts'
import { runProcess } from './run-process.ts'

await runProcess(runProgram)
