#!/usr/bin/env node
/**
 * `npm create @cognito-auth@latest`. Looks at Node before anything is loaded that an old one cannot read.
 *
 * @module
 */

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const isSupported = major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)

// Where nobody reads any more (`| head -1`), the project is made all the same.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

if (isSupported) {
  const { run } = await import('./main.js')
  process.exitCode = await run(process.argv.slice(2))
} else {
  process.stderr.write(`Node ${process.versions.node} is too old: use 20.19 and newer 20, or 22.12 and newer.\n`)
  process.exitCode = 1
}
