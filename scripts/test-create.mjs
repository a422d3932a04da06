/**
 * `npx pnpm test:create [TEMPLATE...]`: apps as `npm create @cognito-auth@latest` writes them, from packed packages, in an empty
 * folder: installed, type-checked, tested, run behind the local load balancer; the infrastructure synthesised without
 * credentials, and audited. `--measure` also prints how long it is from create to the first signed-in page.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPeople, install, installCreate, must, startDev } from './create/app.mjs'
import { pack, publishablePackages } from './packages/tarballs.mjs'

const ALL = ['express', 'koa', 'nestjs', 'react-router', 'next', 'streamlit', 'fastapi']
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
const unknown = named.find((name) => !ALL.includes(name))
if (unknown !== undefined) throw new Error(`Unknown template '${unknown}': ${ALL.join(', ')}`)
const templates = named.length > 0 ? named : ALL
const measures = process.argv.includes('--measure')

/** No credentials, and none to be found. */
const WITHOUT_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
  AWS_PROFILE: '',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  AWS_CONFIG_FILE: '/nonexistent',
  AWS_EC2_METADATA_DISABLED: 'true',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
}

/** What the templates need, and what those need. */
const PACKED = [
  'core',
  'testing',
  'http-kit',
  'local-alb',
  'cli',
  'create',
  'express',
  'koa',
  'nestjs',
  'web',
  'remix',
  'next',
  'gateway',
].filter((name) => publishablePackages().includes(name))

let passed = 0
const failures = []

async function step(what, work) {
  const begun = Date.now()
  try {
    await work()
    passed += 1
    console.log(`ok      ${what} (${((Date.now() - begun) / 1000).toFixed(1)} s)`)
  } catch (error) {
    failures.push(`${what}\n${error.message}`)
    console.error(`FAILED  ${what}\n${error.message.replaceAll(/^/gm, '    ')}`)
    throw error
  }
}

async function checkTemplate(template, { folder, command, tarballs }) {
  const parent = await mkdtemp(join(folder, `${template}-`))
  const project = join(parent, 'my-app')
  const begun = Date.now()
  await step(`${template}: create`, () => must(command, ['my-app', '--template', template, '--yes'], { cwd: parent }))
  await step(`${template}: npm install`, () => install(project, tarballs))
  let dev
  await step(`${template}: npm run dev, signed in`, async () => {
    dev = await startDev(project, { seconds: 90 })
  })
  if (measures) {
    console.log(
      `${template}: ${((Date.now() - begun) / 60_000).toFixed(2)} minutes from create to the first signed-in page`,
    )
  }
  try {
    await step(`${template}: allowed, denied, no session, signing out`, () =>
      checkPeople(dev.base, template !== 'streamlit'),
    )
  } finally {
    await dev.stop()
  }
  await step(`${template}: typecheck`, () => must('npm', ['run', 'typecheck'], { cwd: project }))
  await step(`${template}: test`, () => must('npm', ['test'], { cwd: project }))
  // The others' tests build first.
  if (['express', 'koa'].includes(template)) {
    await step(`${template}: build`, () => must('npm', ['run', 'build'], { cwd: project }))
  }
  return project
}

/** The same in every template but for names: once is enough. */
async function checkInfra(project, tarballs) {
  const cwd = join(project, 'infra')
  await step('infra: npm install', () => install(cwd, tarballs))
  await step('infra: typecheck', () => must('npm', ['run', 'typecheck'], { cwd }))
  await step('infra: cdk synth without credentials, audit finds nothing', () =>
    must('npm', ['run', 'audit'], { cwd, env: WITHOUT_CREDENTIALS }),
  )
}

const folder = await mkdtemp(join(tmpdir(), 'cognito-auth-create-'))
try {
  const tarballs = []
  for (const name of PACKED) tarballs.push(await pack(name, folder))
  const command = await installCreate(folder, tarballs)
  const projects = []
  for (const template of templates) projects.push(await checkTemplate(template, { folder, command, tarballs }))
  await checkInfra(projects[0], tarballs)
} catch {
  // Told already; what follows would fail for the same reason.
} finally {
  await rm(folder, { recursive: true, force: true })
}
const failed = failures.length
mkdirSync('.reports', { recursive: true })
writeFileSync('.reports/create.json', JSON.stringify({ passed, failed, failures }))
console.log(`create: ${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
