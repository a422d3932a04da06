/**
 * A setup file for tests: warnings are not printed. Many tests are about them, and listen for `warning`; printed, they would hide
 * what matters. Only Node's own listener, the one that prints, is there when a test file begins.
 */
process.removeAllListeners('warning')
