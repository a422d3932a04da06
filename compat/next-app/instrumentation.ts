export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { countEvents } = await import('./lib/events')
  countEvents()
  // Some tests want a server whose configuration is wrong.
  if (process.env['WITHOUT_WARM_UP'] === undefined) await (await import('./lib/auth')).warmUp()
}
