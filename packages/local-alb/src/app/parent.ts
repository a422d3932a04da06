/**
 * The package manager that started us, and that may be gone before us: npm does not hand `SIGTERM` on, so `kill` of
 * `npx local-alb` would leave load balancer and app running, and the port taken.
 *
 * @module
 */

const EVERY_MS = 500

/** Whether npm, pnpm or Yarn started this process: what a shell starts may outlive it on purpose, as with `nohup`. */
const hasManager = (): boolean => process.env['npm_config_user_agent'] !== undefined

/** Resolves once the package manager that started this process is gone; never where none did. */
export async function managerGone(): Promise<void> {
  const parent = process.ppid
  // 1 is who adopts orphans: the manager is gone already, or none is there.
  if (!hasManager() || parent <= 1) return await new Promise(() => undefined)
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (process.ppid === parent) return
      clearInterval(timer)
      resolve()
    }, EVERY_MS)
    timer.unref()
  })
}
