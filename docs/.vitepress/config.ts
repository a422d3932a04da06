/** The site: pages by hand, and an API reference that typedoc writes before each build. */
import { defineConfig } from 'vitepress'
import { sidebar } from './sidebar.js'

export default defineConfig({
  title: 'cognito-auth',
  description: 'Protects web apps behind an AWS Application Load Balancer with Cognito sign-in',
  srcExclude: ['test/**', 'README.md', 'node_modules/**'],
  cleanUrls: false,
  lastUpdated: false,
  // A link to a page that does not exist fails the build; links to a local load balancer are nobody's page.
  ignoreDeadLinks: [/^https?:\/\/localhost/],
  markdown: { theme: { light: 'github-light', dark: 'github-dark' } },
  themeConfig: {
    nav: [
      { text: 'Start here', link: '/start-here' },
      { text: 'Configuration', link: '/configuration' },
      { text: 'Security', link: '/security' },
      { text: 'API', link: '/api/' },
    ],
    sidebar,
    outline: { level: [2, 3] },
    search: {
      provider: 'local',
      // Pages that explain come before pages that list.
      options: { miniSearch: { searchOptions: { boostDocument: (id: string) => (id.startsWith('/api/') ? 0.2 : 1) } } },
    },
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
