// SPDX-License-Identifier: Apache-2.0
#ifndef CLINUX_CRASH_H
#define CLINUX_CRASH_H

/// Prepares the process for the report that the Swift runtime makes of a crash.
///
/// The runtime starts its program swift-backtrace in the process that crashed. In a chroot that program would not be
/// found, nor the files with the symbols: so the process goes back to `root` (a descriptor that stays open) first. And a
/// crash inside the C library is reported as one of the function that called it.
///
/// Returns the number of signals that the runtime watches; 0, and nothing is changed, when it reports no crashes.
int clinux_report_crashes_from(int root);

#endif
