/** Imports one package in a process that has done nothing else, and says how long that took. */
const [name] = process.argv.slice(2)
const started = performance.now()
await import(name === 'core' ? '@cognito-auth/core' : name)
process.stdout.write(JSON.stringify({ ms: performance.now() - started }))
