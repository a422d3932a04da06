/** A setup file: files share a thread, where modules, and the hooks in them, are loaded once. */
import { afterAll, afterEach } from 'vitest'
import { closeApps } from './apps.js'
import { closeClients } from './gateways.js'

afterEach(closeClients)
afterAll(closeApps)
