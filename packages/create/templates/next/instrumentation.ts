/** Next awaits it before the server listens: a wrong config stops the start, rather than answer every page with 500. */
export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] === 'nodejs') await (await import('./lib/auth')).warmUp()
}
