/**
 * The commands as functions, for scripts and start-up checks.
 *
 * @module
 */

export { audit } from './audit/audit.js'
export type { AuditFinding, AuditReport, Ignored } from './audit/audit.js'
export type { RuleName } from './audit/rule.js'
export { UnreadableError } from './audit/unreadable.js'
export type { Finding } from './checks/finding.js'
export { doctor } from './doctor.js'
export type { DoctorOptions, DoctorReport } from './doctor.js'
export { explain } from './explain.js'
export type { DescribedUser, ExplainedRule, ExplainOptions, ExplainReport } from './explain.js'
export type { ConfigLocation, RuleKey } from '@cognito-auth/core/inspect'
