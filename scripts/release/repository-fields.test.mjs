import { expect, test } from 'vitest'
import { repositoryFields } from './repository-fields.mjs'

test('the fields lead to the folder of the package', () => {
  expect(repositoryFields('An-Owner/a.name', 'packages/core')).toEqual({
    homepage: 'https://github.com/An-Owner/a.name/tree/main/packages/core#readme',
    bugs: 'https://github.com/An-Owner/a.name/issues',
    repository: { type: 'git', url: 'git+https://github.com/An-Owner/a.name.git', directory: 'packages/core' },
  })
})

test.each([undefined, '', 'name', 'owner/', 'https://github.com/owner/name', 'owner/name/more'])(
  'refuses %j as a repository, and says what it must be',
  (repository) => {
    expect(() => repositoryFields(repository, 'packages/core')).toThrow(/^GITHUB_REPOSITORY must be the owner\/name/)
  },
)
