/**
 * The site: pages by hand, and an API reference that typedoc writes before each build.
 *
 * `DOCS_URL` (where it will be, such as `https://example.github.io/cognito-auth/`) gives the sitemap and whole addresses in link
 * previews; `GITHUB_REPOSITORY`, as GitHub Actions sets it, the edit links. Without them the site has neither.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitepress'
import { summaryOfFile } from './descriptions.js'
import { writeLlms } from './llms.js'
import { sidebar } from './sidebar.js'

const { DOCS_URL: url, GITHUB_REPOSITORY: repository } = process.env
const base = url === undefined ? '/' : new URL(url).pathname
const { version } = JSON.parse(readFileSync(new URL('../../packages/core/package.json', import.meta.url), 'utf8')) as {
  version: string
}
const description = 'Protects web apps behind an AWS Application Load Balancer with Cognito sign-in'

export default defineConfig({
  title: 'cognito-auth',
  description,
  base,
  srcExclude: ['test/**', 'README.md', 'node_modules/**'],
  cleanUrls: false,
  lastUpdated: true,
  ...(url !== undefined && { sitemap: { hostname: url } }),
  head: [
    ['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}favicon.svg` }],
    ['meta', { name: 'theme-color', content: '#0b5cad' }],
  ],
  // A link to a page that does not exist fails the build; links to a local load balancer are nobody's page.
  ignoreDeadLinks: [/^https?:\/\/localhost/],
  markdown: { theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' } },
  transformPageData(page, { siteConfig }) {
    if (page.relativePath.startsWith('api/')) return
    page.description = summaryOfFile(join(siteConfig.srcDir, page.relativePath)).description
  },
  transformHead({ pageData, title }) {
    const image = url === undefined ? `${base}card.png` : new URL('card.png', url).href
    return [
      ['meta', { property: 'og:type', content: 'website' }],
      ['meta', { property: 'og:title', content: title }],
      ['meta', { property: 'og:description', content: pageData.description || description }],
      ['meta', { property: 'og:image', content: image }],
      ['meta', { property: 'og:image:alt', content: 'cognito-auth: verified users behind your load balancer' }],
      ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
    ]
  },
  buildEnd({ srcDir, outDir }) {
    writeLlms(srcDir, outDir, url ?? '/')
  },
  themeConfig: {
    logo: { src: '/favicon.svg', alt: '' },
    nav: [
      { text: 'Start here', link: '/start-here' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Security', link: '/security' },
      { text: 'API', link: '/api/' },
      { text: version, link: '/api/' },
    ],
    sidebar,
    outline: { level: [2, 3] },
    ...(repository !== undefined && {
      editLink: { pattern: `https://github.com/${repository}/edit/main/docs/:path`, text: 'Edit this page' },
      socialLinks: [{ icon: 'github', link: `https://github.com/${repository}` }],
    }),
    search: {
      provider: 'local',
      // Pages that explain come before pages that list.
      options: { miniSearch: { searchOptions: { boostDocument: (id: string) => (id.startsWith('/api/') ? 0.2 : 1) } } },
    },
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
