export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  telemetry: false,
  routeRules: { '/backend/**': { proxy: 'http://127.0.0.1:9/**' } },
})
