import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ConfigurationError } from '../errors.js'
import { fileSource } from './file-source.js'

vi.mock('node:fs/promises', { spy: true })

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-source-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

test('values of a file may be printed', () => {
  expect(fileSource('auth.json').isSecret).toBe(false)
})

test('a file is read each time, and named', async () => {
  const path = join(folder, 'auth.json')
  const source = fileSource(path)
  await writeFile(path, 'one')
  expect([source.name, await source.read()]).toEqual([`file ${path}`, 'one'])
  await writeFile(path, 'two')
  expect(await source.read()).toBe('two')
})

test('a relative path is that of when the source was made, and is named as given', async () => {
  await writeFile(join(folder, 'relative.json'), 'right')
  // Workers have no chdir().
  const cwd = vi.spyOn(process, 'cwd').mockReturnValue(folder)
  const source = fileSource('relative.json')
  cwd.mockRestore()
  expect([source.name, await source.read(), source.readSync()]).toEqual(['file relative.json', 'right', 'right'])
  await rm(join(folder, 'relative.json'))
  await expect(source.read()).rejects.toThrow('file relative.json does not exist. Check its path')
  expect(() => source.readSync()).toThrow(`which is relative to ${folder}`)
})

test.each([
  ['that is not there', 'nowhere.json', 'ENOENT', /nowhere\.json does not exist\. Check its path .* relative to \//],
  ['that is a folder', '.', 'EISDIR', /is a folder\. Name the file in it$/],
  ['below a file', 'auth.json/x', 'ENOTDIR', /cannot be read \(ENOTDIR\)$/],
])('a file %s is a configuration error that says what to do', async (_, name, code, sentence) => {
  await writeFile(join(folder, 'auth.json'), '{}')
  const failure = await fileSource(join(folder, name))
    .read()
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigurationError)
  expect((failure as Error).message).toMatch(sentence)
  expect((failure as Error).cause).toMatchObject({ code })
})

// Tests may run as root, whom no file refuses.
test.each(['EACCES', 'EPERM'])('one that is refused with %s has its permissions named', async (code) => {
  vi.mocked(readFile).mockRejectedValueOnce(Object.assign(new Error('of the test'), { code }))
  await expect(fileSource('a').read()).rejects.toThrow(
    /^file a may not be read by this process\. Check its permissions$/,
  )
})

test('what is no file on a disk is not read at once: it could block the whole process', async () => {
  const [socket, pipe] = [join(folder, 'socket'), join(folder, 'pipe')]
  const server = createServer().listen(socket)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  execFileSync('mkfifo', [pipe])
  expect([socket, pipe, '/dev/null'].map((path) => fileSource(path).readSync())).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('a path that cannot be one is a configuration error too', async () => {
  await expect(fileSource('a\0b').read()).rejects.toMatchObject({ code: 'configuration' })
})

describe('a file that hangs holds one of the four threads that read files and look up names', () => {
  let source: ReturnType<typeof fileSource>
  let resolve: (text: string) => void
  let reject: (error: Error) => void

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    vi.mocked(readFile).mockClear()
    const path = join(folder, 'auth.json')
    await writeFile(path, 'later')
    source = fileSource(path)
    const hung = new Promise<string>((...ends) => {
      ;[resolve, reject] = ends
    })
    vi.mocked(readFile).mockReturnValueOnce(hung)
  })

  afterEach(() => {
    vi.useRealTimers()
  })

  async function readTooLong(): Promise<void> {
    const reading = source.read().catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(await reading).toMatchObject({ code: 'config_unavailable' })
  }

  test('so it is not read a second time before that has ended', async () => {
    await readTooLong()
    await readTooLong()
    const third = source.read()
    resolve('at last')
    expect(await third).toBe('at last')
    expect(readFile).toHaveBeenCalledOnce()
    expect(await source.read()).toBe('later')
  })

  test('and where that fails it is read anew', async () => {
    await readTooLong()
    reject(new Error('of the test'))
    await Promise.resolve()
    expect(await source.read()).toBe('later')
  })

  test('a read within its time does not keep another from being made', async () => {
    const first = source.read()
    expect(await source.read()).toBe('later')
    resolve('earlier')
    expect(await first).toBe('earlier')
  })
})
