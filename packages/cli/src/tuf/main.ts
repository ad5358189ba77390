#!/usr/bin/env node
import { runCommand } from '../run-command.ts'
import { runProcess } from '../run-process.ts'
import { tufProgram } from './tuf-program.ts'

await runProcess((args, options) => runCommand(tufProgram(options), args, options))
