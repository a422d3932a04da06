/** Starts an example app behind a local load balancer, as a program of its own or, where it is a function, in this process. */
import { fileURLToPath } from 'node:url'
import { startLocalAlb } from '../packages/local-alb/dist/index.mjs'

/** Imports the function with the environment that it would have on AWS, and takes that away again. */
async function importHandler(file, env) {
  const before = Object.fromEntries(Object.keys(env).map((name) => [name, process.env[name]]))
  Object.assign(process.env, env)
  try {
    const { handler } = await import(new URL(file).href)
    return handler
  } finally {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}

/**
 * @param {{ name: string, command?: readonly string[], lambda?: string }} app One of `demo-apps.mjs`.
 * @param {object} options Those of `startLocalAlb()`.
 */
export async function startExample({ name, command, lambda }, options) {
  const folder = new URL(`../examples/${name}/`, import.meta.url)
  // The app reads its config from its own folder, as it would in production.
  const config = { COGNITO_AUTH_CONFIG_PATH: fileURLToPath(new URL('auth-config.json', folder)) }
  if (lambda === undefined) {
    const words = Object.entries(config).map(([key, value]) => `${key}=${value}`)
    const inFolder = ['sh', '-c', 'cd "$0" && exec env "$@"', fileURLToPath(folder), ...words, ...command]
    return await startLocalAlb({ command: inFolder, ...options })
  }
  let handler
  const alb = await startLocalAlb({
    lambda: async (event, context) => await handler(event, context),
    // Only then is a function shown that a header came twice.
    lambdaMultiValueHeaders: true,
    ...options,
  })
  try {
    handler = await importHandler(new URL(lambda, folder), { ...alb.env, ...config })
    return alb
  } catch (error) {
    await alb.stop()
    throw error
  }
}
