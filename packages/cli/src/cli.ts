#!/usr/bin/env node
/**
 * The command `cognito-auth`.
 *
 * @module
 */

import { run } from './main.js'

const { exitCode, stdout, stderr } = await run(process.argv.slice(2))
process.stderr.write(stderr)
process.stdout.write(stdout)
process.exitCode = exitCode
