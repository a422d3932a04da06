/**
 * The fields of package.json that say where the sources are.
 *
 * @param {string | undefined} repository `owner/name`, spelt as on GitHub.
 * @param {string} directory Folder of the package in it, such as `packages/core`.
 * @throws {Error} when it is not such a name.
 */
export function repositoryFields(repository, directory) {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? '')) {
    throw new Error('GITHUB_REPOSITORY must be the owner/name of the repository on GitHub; Actions sets it')
  }
  const url = `https://github.com/${repository}`
  return {
    homepage: `${url}/tree/main/${directory}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory },
  }
}
