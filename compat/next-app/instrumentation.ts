export async function register(): Promise<void> {
  // In this form: bundles for the Edge runtime leave out what stands in such an `if`, and nothing else.
  if (process.env['NEXT_RUNTIME'] === 'nodejs') {
    const { countEvents } = await import('./lib/events')
    countEvents()
    // Some tests want a server whose configuration is wrong.
    if (process.env['WITHOUT_WARM_UP'] === undefined) await (await import('./lib/auth')).warmUp()
  }
}
