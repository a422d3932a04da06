/** A built app of Next, started as it is deployed, behind a local load balancer. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '@cognito-auth/http-kit/ports'
import { type LocalAlb, startLocalAlb } from '@cognito-auth/local-alb'

/** The folder of the version that is tested. */
export const FOLDER = process.env['NEXT_FOLDER'] ?? ''

export const USERS = [
  { email: 'ada@example.com', name: 'Ada', groups: ['admins', 'developers'] },
  { email: 'dev@example.com', name: 'Dev', groups: ['developers'] },
  { email: 'root@example.com', name: 'Root', groups: [] },
  { email: 'guest@example.com', name: 'Guest', groups: ['visitors'] },
]

// A worker of Vitest goes on with its test where Vitest itself is killed, and would keep its app running.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))

export interface NextApp {
  readonly alb: LocalAlb
  /** Past the load balancer. */
  readonly direct: string
  /** What the app has printed. */
  readonly output: () => string
  stop(): Promise<void>
}

/** A production build or development, with `proxy.ts` or without: where each has its app, below the folder of the version. */
export const MODES = {
  built: { command: 'start', folder: '.', hasProxy: true },
  'in development': { command: 'dev', folder: '.dev', hasProxy: true },
  'built without proxy.ts': { command: 'start', folder: '.bare', hasProxy: false },
  'in development without proxy.ts': { command: 'dev', folder: '.bare-dev', hasProxy: false },
  'in the Pages Router and the Edge runtime': { command: 'dev', folder: '.unsupported', hasProxy: false },
  'with middleware in the Edge runtime': { command: 'dev', folder: '.edge', hasProxy: true },
  /** Of Next 16 alone. */
  'with cacheComponents': { command: 'start', folder: '.cached', hasProxy: false },
} as const

export type Mode = keyof typeof MODES

/** Starts the app; `environment` is set besides that of the load balancer. */
export async function startNext(mode: Mode, environment: Record<string, string> = {}): Promise<NextApp> {
  const { command, folder } = MODES[mode]
  const port = await freePort()
  const direct = `http://127.0.0.1:${port}`
  const alb = await startLocalAlb({ target: direct, users: USERS, port: 0, timeoutSeconds: 300 })
  const config = fileURLToPath(new URL('auth-config.json', import.meta.url))
  // A folder of its own, below that of the version, whose packages it finds.
  const cwd = join(FOLDER, folder)
  const next = join(FOLDER, 'node_modules/next/dist/bin/next')
  const wrapper = fileURLToPath(new URL('end-with-parent.mjs', import.meta.url))
  const args = [wrapper, next, command, '-H', '127.0.0.1', '-p', String(port)]
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd,
    env: {
      ...process.env,
      NODE_ENV: undefined,
      NEXT_TELEMETRY_DISABLED: '1',
      ...alb.env,
      COGNITO_AUTH_CONFIG_PATH: config,
      ...environment,
    },
    // The last is for the wrapper: it closes when this process is gone, however that came about.
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  const app: NextApp = {
    alb,
    direct,
    output: () => printed,
    async stop() {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        // The group: `next dev` has a process of its own that serves, which would go on by itself.
        process.kill(-child.pid, 'SIGKILL')
        await once(child, 'exit')
      }
      await alb.stop()
    },
  }
  const deadline = Date.now() + 120_000
  for (;;) {
    try {
      await fetch(`${direct}/health`)
      return app
    } catch (cause) {
      if (Date.now() > deadline || child.exitCode !== null) {
        await app.stop()
        throw new Error(`next ${command} did not start:\n${printed}`, { cause })
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}
