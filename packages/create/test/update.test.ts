import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../src/manifest.js'
import { create, emptyFolder } from './command.js'

let app: string
const at = (path: string): string => join(app, path)
const read = (path: string): string => readFileSync(at(path), 'utf8')

interface Written {
  files: Record<string, string>
  [member: string]: unknown
}

function changeManifest(change: (manifest: Written) => void): void {
  const manifest = JSON.parse(read('.cognito-auth.json')) as Written
  change(manifest)
  writeFileSync(at('.cognito-auth.json'), JSON.stringify(manifest))
}

/** As if an older template had been written: this content, and its hash. */
function wasOlder(path: string, content = 'older'): void {
  writeFileSync(at(path), content)
  changeManifest(({ files }) => (files[path] = hashOf(content)))
}

beforeEach(async () => {
  const folder = emptyFolder()
  await create(folder, 'shop')
  app = join(folder, 'shop')
})

test('nothing newer brings nothing, whatever you changed', async () => {
  writeFileSync(at('src/app.ts'), 'mine')
  expect(await create(app, 'update')).toEqual({ code: 0, stdout: 'Nothing is newer in the template.\n', stderr: '' })
  expect(read('src/app.ts')).toBe('mine')
  expect(existsSync(at('src/app.ts.new'))).toBe(false)
})

test('an unchanged file is overwritten', async () => {
  const newer = read('Dockerfile')
  wasOlder('Dockerfile')
  expect((await create(app, 'update')).stdout).toBe('updated   Dockerfile\n')
  expect(read('Dockerfile')).toBe(newer)
  expect((await create(app, 'update')).stdout).toBe('Nothing is newer in the template.\n')
})

test('a changed file gets the newer one beside it, once', async () => {
  const newer = read('src/app.ts')
  wasOlder('src/app.ts')
  writeFileSync(at('src/app.ts'), 'mine')
  expect((await create(app, 'update')).stdout).toBe('yours     src/app.ts: the newer one is src/app.ts.new\n')
  expect([read('src/app.ts'), read('src/app.ts.new')]).toEqual(['mine', newer])
  expect((await create(app, 'update')).stdout).toBe('Nothing is newer in the template.\n')
})

test('a deleted file comes back, with its folder', async () => {
  const content = read('.github/workflows/ci.yml')
  rmSync(at('.github'), { recursive: true })
  expect((await create(app, 'update')).stdout).toBe('restored  .github/workflows/ci.yml\n')
  expect(read('.github/workflows/ci.yml')).toBe(content)
})

test('a file that is new in the template is added, and gets a .new where you have one of your own', async () => {
  changeManifest(({ files }) => {
    delete files['Dockerfile']
    delete files['tsconfig.json']
  })
  const newer = read('Dockerfile')
  writeFileSync(at('Dockerfile'), 'mine')
  rmSync(at('tsconfig.json'))
  expect((await create(app, 'update')).stdout).toBe(
    'yours     Dockerfile: the newer one is Dockerfile.new\nadded     tsconfig.json\n',
  )
  expect([read('Dockerfile'), read('Dockerfile.new')]).toEqual(['mine', newer])
})

test('--dry-run says the same, and writes nothing', async () => {
  wasOlder('Dockerfile')
  const manifest = read('.cognito-auth.json')
  expect((await create(app, 'update', '--dry-run')).stdout).toBe(
    'updated   Dockerfile\n\nNothing was written (--dry-run).\n',
  )
  expect([read('Dockerfile'), read('.cognito-auth.json')]).toEqual(['older', manifest])
})

test('an app without infra/ stays so', async () => {
  const folder = emptyFolder()
  await create(folder, 'small', '--no-infra')
  expect((await create(join(folder, 'small'), 'update')).stdout).toBe('Nothing is newer in the template.\n')
  expect(existsSync(join(folder, 'small/infra'))).toBe(false)
})

describe('refuses, and writes nothing', () => {
  test.each<[string, () => void, RegExp]>([
    [
      'a folder that create did not make',
      () => rmSync(at('.cognito-auth.json')),
      /^There is no \.cognito-auth\.json here/,
    ],
    ['a manifest that is no JSON', () => writeFileSync(at('.cognito-auth.json'), '{'), /is not JSON/],
    [
      'a path that leads out',
      () => changeManifest(({ files }) => (files['../outside'] = 'a'.repeat(64))),
      /'\.\.\/outside', which leads out of the app/,
    ],
    [
      'a path that a terminal would obey',
      () => changeManifest(({ files }) => (files['../\u001b[2J\u202e\nx'] = 'a'.repeat(64))),
      /'\.\.\/\?\[2J\?\?x', which leads out of the app/,
    ],
    [
      'a hash that is none, of such a path',
      () => changeManifest(({ files }) => (files['\u009b2J'] = 'x')),
      /is not what create wrote: files\.\?2J/,
    ],
    ['an absolute path', () => changeManifest(({ files }) => (files['/etc/passwd'] = 'a'.repeat(64))), /leads out/],
    [
      'a path of Windows',
      () => changeManifest(({ files }) => (files[String.raw`..\outside`] = 'a'.repeat(64))),
      /leads out/,
    ],
    [
      'a path that leads out further in',
      () => changeManifest(({ files }) => (files['src/../../outside'] = 'a'.repeat(64))),
      /leads out/,
    ],
    [
      'another template',
      () => changeManifest((manifest) => (manifest['template'] = '../../x')),
      /is not what create wrote: template/,
    ],
    ['a name that is a path', () => changeManifest((manifest) => (manifest['name'] = '../x')), /path/],
    [
      'hashes that are none',
      () => changeManifest(({ files }) => (files['Dockerfile'] = 'x')),
      /is not what create wrote/,
    ],
    [
      'a file that is a link',
      () => {
        rmSync(at('Dockerfile'))
        symlinkSync('../outside', at('Dockerfile'))
      },
      /^Dockerfile is a symbolic link/,
    ],
    [
      'a folder that is a link',
      () => {
        rmSync(at('src'), { recursive: true })
        symlinkSync('..', at('src'))
      },
      /^src is a symbolic link/,
    ],
    [
      'a .new that is a link',
      () => {
        wasOlder('Dockerfile')
        writeFileSync(at('Dockerfile'), 'mine')
        symlinkSync('../outside', at('Dockerfile.new'))
      },
      /^Dockerfile\.new is a symbolic link/,
    ],
    [
      'a manifest that is a link',
      () => {
        writeFileSync(at('../manifest'), read('.cognito-auth.json'))
        rmSync(at('.cognito-auth.json'))
        symlinkSync('../manifest', at('.cognito-auth.json'))
      },
      /symbolic link/,
    ],
    [
      'a folder where a file should be',
      () => {
        rmSync(at('Dockerfile'))
        mkdirSync(at('Dockerfile'))
      },
      /^Dockerfile is in the way/,
    ],
  ])('%s', async (_, prepare, sentence) => {
    wasOlder('README.md')
    prepare()
    const { code, stdout, stderr } = await create(app, 'update')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(sentence)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(read('README.md')).toBe('older')
    expect(existsSync(at('../outside'))).toBe(false)
  })
})
