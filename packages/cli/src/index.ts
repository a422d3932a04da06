/**
 * The two commands as functions, for scripts and start-up checks.
 *
 * @module
 */

export type { Finding } from './checks/finding.js'
export { doctor } from './doctor.js'
export type { DoctorOptions, DoctorReport } from './doctor.js'
export { explain } from './explain.js'
export type { DescribedUser, ExplainReport } from './explain.js'
export type { ConfigLocation } from '@cognito-auth/core/inspect'
