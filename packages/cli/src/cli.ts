#!/usr/bin/env node
/**
 * The command `cognito-auth`.
 *
 * @module
 */

import { run } from './main.js'

// The SDK tells which Node its releases of next year will need, on standard error: nothing that was asked here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'

// The exit code is the answer, for whoever has read enough: `explain | head -1`. Without this, EPIPE would make it 1, denied.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const { exitCode, stdout, stderr } = await run(process.argv.slice(2))
process.stderr.write(stderr)
process.stdout.write(stdout)
process.exitCode = exitCode
