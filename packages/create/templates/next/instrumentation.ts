/** Next awaits it before it answers: without its rules the app does not pass its health check, and is not deployed. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') await (await import('./lib/auth')).warmUp()
}
