/** With a config that cannot be read Next answers the health check with 500, too, rather than pages alone. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') await (await import('./lib/auth')).warmUp()
}
