/**
 * The two commands as functions, for scripts and start-up checks.
 *
 * @module
 */

export type { Finding } from './checks/finding.js'
export { doctor } from './doctor.js'
export type { DoctorOptions, DoctorReport } from './doctor.js'
export { explain } from './explain.js'
export type { DescribedUser, ExplainedRule, ExplainOptions, ExplainReport } from './explain.js'
export type { ConfigLocation, RuleKey } from '@cognito-auth/core/inspect'
